import Glibc

/// Reads whole regular files, never more than a bound, never blocking on a FIFO.
enum FileContents {
    /// Larger files are refused: they are no configuration.
    static let limit = 8 << 20

    /// What stands in the way of reading a file.
    struct Refusal: Error {
        /// The error number; 0 when the file was readable but is no such file.
        let code: Int32
        /// The sentence's end: what is wrong, and what would be right.
        let reason: String

        /// Whether there is no such file.
        var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    }

    /// Reads a file.
    static func read(_ path: String) throws(Refusal) -> [UInt8] {
        // O_NONBLOCK: a FIFO with no writer would hold the open for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw refusal(errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw refusal(errno) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw Refusal(code: EISDIR, reason: "it is a directory: name a file")
        default: throw Refusal(code: 0, reason: "it is no regular file")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(limit, max(0, Int(status.st_size))) + 1)
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limit {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw refusal(errno) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
        }
        throw Refusal(code: EFBIG, reason: "it is larger than 8 MiB, which no configuration is")
    }

    private static func refusal(_ code: Int32) -> Refusal {
        switch code {
        case ENOENT: Refusal(code: code, reason: "no such file")
        case EACCES: Refusal(code: code, reason: "permission denied: let this user read it")
        default: Refusal(code: code, reason: String(cString: strerror(code)))
        }
    }
}
