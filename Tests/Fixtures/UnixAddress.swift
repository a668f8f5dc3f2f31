import Glibc

/// The address of a Unix socket: a path, or an abstract name that is written with a leading `@`.
struct UnixAddress {
    private var storage = sockaddr_un()
    private let length: socklen_t

    init?(_ path: [UInt8]) {
        let abstract = path.first == UInt8(ascii: "@")
        var bytes = path
        if abstract { bytes[0] = 0 }
        let header = MemoryLayout<sa_family_t>.size
        guard !bytes.isEmpty, bytes.count < MemoryLayout<sockaddr_un>.size - header else { return nil }
        storage.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &storage.sun_path) { $0.copyBytes(from: bytes) }
        length = socklen_t(header + bytes.count + (abstract ? 0 : 1))
    }

    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
