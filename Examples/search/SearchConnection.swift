import Foundation
import Glibc

/// A connection to searchd, which speaks the MySQL protocol: as much of it as a search needs.
final class SearchConnection {
    private let socket: FileHandle

    /// Connects and logs in; throws when nobody listens there.
    init(path: String) throws {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        socket = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let isShort = withUnsafeMutableBytes(of: &address.sun_path) { place in
            guard path.utf8.count < place.count else { return false }
            place.copyBytes(from: path.utf8)
            return true
        }
        guard isShort else { throw SearchError(description: "\(path) is too long for a socket's path") }
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else { throw SearchError(description: "\(path): \(String(cString: strerror(errno)))") }
        _ = try packet()
        // Protocol 4.1, packets up to 16 MB, UTF-8, no name and no password.
        try send([0x01, 0x82, 0, 0, 0, 0, 0, 1, 33] + [UInt8](repeating: 0, count: 25), number: 1)
        try Self.check(try packet())
    }

    /// The titles of the tales in which a word occurs.
    func titles(matching word: String) throws -> [String] {
        let quoted = word.filter { $0.isLetter || $0.isNumber }
        try send([3] + Array("SELECT title FROM tales WHERE MATCH('\(quoted)') ORDER BY id ASC".utf8), number: 0)
        // The number of columns, then the columns up to a mark, then the rows up to a mark.
        try Self.check(try packet())
        while try packet().first != 0xFE {}
        var titles: [String] = []
        while true {
            let row = try packet()
            try Self.check(row)
            guard let length = row.first, length < 0xFB else { return titles }
            titles.append(String(decoding: row.dropFirst().prefix(Int(length)), as: UTF8.self))
        }
    }

    private func send(_ bytes: [UInt8], number: UInt8) throws {
        try socket.write(contentsOf: Data([UInt8(bytes.count & 255), UInt8(bytes.count >> 8), 0, number] + bytes))
    }

    private func packet() throws -> [UInt8] {
        let head = try read(4)
        return try read(Int(head[0]) | Int(head[1]) << 8 | Int(head[2]) << 16)
    }

    private func read(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            guard let more = try socket.read(upToCount: count - bytes.count), !more.isEmpty else {
                throw SearchError(description: "searchd has closed the connection")
            }
            bytes += more
        }
        return bytes
    }

    /// Throws searchd's own words when this is an error.
    private static func check(_ packet: [UInt8]) throws {
        guard packet.first == 0xFF else { return }
        throw SearchError(description: String(decoding: packet.dropFirst(9), as: UTF8.self))
    }
}
