import Glibc
import HobSystem

/// Reads the end of a file that somebody else is writing.
enum FileTail {
    /// The text from a position on, at most its last 64 KiB; empty when it cannot be read.
    static func text(of file: Descriptor, from start: Int) -> String {
        String(decoding: bytes(of: file, from: start), as: UTF8.self)
    }

    static func bytes(of file: Descriptor, from start: Int) -> [UInt8] {
        guard let size = try? FileStatus.of(file).size, size > start else { return [] }
        let from = max(start, size - CapturedOutput.longestText)
        var bytes = [UInt8](repeating: 0, count: size - from)
        let count = bytes.withUnsafeMutableBytes { buffer in
            invoke(.read) { pread(file.raw, buffer.baseAddress, buffer.count, off_t(from)) }
        }
        return count > 0 ? Array(bytes[..<count]) : []
    }
}
