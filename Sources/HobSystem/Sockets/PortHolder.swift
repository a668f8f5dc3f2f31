import CHobSystem
import Glibc

/// The process that listens on a TCP port.
package struct PortHolder: Sendable, Hashable, CustomStringConvertible {
    /// The process.
    package var pid: Int32
    /// The kernel's name of it.
    package var name: String

    /// A holder from its parts.
    package init(pid: Int32, name: String) {
        self.pid = pid
        self.name = name
    }

    /// For messages: "pid 5 nginx".
    package var description: String { "pid \(pid) \(name)" }

    /// Who listens on the port, on whatever address; nil when nobody does, or it cannot be seen by us.
    package static func find(port: UInt16) throws(SystemError) -> PortHolder? {
        let inodes = try listenerInodes(port: port)
        guard !inodes.isEmpty else { return nil }
        let links = Set(inodes.map { "socket:[\($0)]" })
        for pid in ProcessTree.processes() where holds(pid, links) {
            return PortHolder(pid: pid, name: ProcessFacts.name(of: pid) ?? "?")
        }
        return nil
    }

    /// The inodes of the sockets that listen on the port.
    ///
    /// The kernel is asked for listeners alone: its table of all sockets takes some 3 ms to read, however few there are.
    package static func listenerInodes(port: UInt16) throws(SystemError) -> [UInt64] {
        var inodes = [UInt64](repeating: 0, count: 256)
        let count = inodes.withUnsafeMutableBufferPointer { buffer -> Int32 in
            guard let base = buffer.baseAddress else { return -ENOMEM }
            return invoke(.socket) { hob_listening_inodes(port, base, Int32(buffer.count)) }
        }
        if count >= 0 { return Array(inodes[..<Int(count)]) }
        return try inodesFromTable(port: port)
    }

    /// The same from the table of all sockets: for kernels that cannot be asked, and for crowds.
    package static func inodesFromTable(port: UInt16) throws(SystemError) -> [UInt64] {
        var inodes: [UInt64] = []
        for path in ["/proc/self/net/tcp", "/proc/self/net/tcp6"] {
            guard let file = try? Descriptor.open(path) else { continue }
            let text = try file.readAll(limit: 64 << 20)
            for line in text.split(separator: 10).dropFirst() {
                // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
                let fields = line.split(separator: 32)
                guard fields.count > 9, fields[3].elementsEqual("0A".utf8),
                    let colon = fields[1].lastIndex(of: UInt8(ascii: ":")),
                    UInt16(String(decoding: fields[1][(colon + 1)...], as: UTF8.self), radix: 16) == port,
                    let inode = UInt64(String(decoding: fields[9], as: UTF8.self))
                else { continue }
                inodes.append(inode)
            }
        }
        return inodes
    }

    /// Whether one of these processes holds a socket that listens on the port; nil when that cannot be read.
    package static func isListening(port: UInt16, anyOf pids: [Int32]) throws(SystemError) -> Bool? {
        let links = Set(try listenerInodes(port: port).map { "socket:[\($0)]" })
        if links.isEmpty { return false }
        var isReadable = true
        for pid in pids {
            if holds(pid, links) { return true }
            if access("/proc/\(pid)/fd", R_OK) != 0 && errno == EACCES { isReadable = false }
        }
        return isReadable ? false : nil
    }

    private static func holds(_ pid: Int32, _ links: Set<String>) -> Bool {
        guard let directory = try? Descriptor.open("/proc/\(pid)/fd", flags: [.readOnly, .directory]),
            let names = try? directory.names()
        else { return false }
        var buffer = [CChar](repeating: 0, count: 64)
        for name in names {
            let count = invoke(.readlink) { readlinkat(directory.raw, name, &buffer, buffer.count) }
            guard count > 0 else { continue }
            let target = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if links.contains(target) { return true }
        }
        return false
    }
}
