import Glibc
import HobSystem

/// The file that serialises starts and stops, holds the record of the last one, and is the daemon's stdin.
///
/// flock(2) and not a description lock, so that other tools that know flock can take part.
struct LockFile {
    /// So much is read of it: another program may have put anything there.
    private static let longestRecord = 4096

    let descriptor: Descriptor

    /// Opens it for a start or a stop, making it when missing.
    static func forChanges(_ path: String) throws(SystemError) -> LockFile {
        LockFile(descriptor: try Descriptor.open(path, flags: [.readWrite, .create], mode: 0o644))
    }

    /// Opens it to look; nil when there is none or it may not be read.
    static func forLooking(_ path: String) throws(SystemError) -> LockFile? {
        do throws(SystemError) {
            return LockFile(descriptor: try Descriptor.open(path, flags: [.readOnly, .nonBlocking]))
        } catch {
            if [ENOENT, EACCES, ENOTDIR, ENXIO].contains(error.code) { return nil }
            throw error
        }
    }

    /// Whom the last start was about; nil when that is not known.
    func record() throws(SystemError) -> DaemonRecord? {
        var bytes = [UInt8](repeating: 0, count: Self.longestRecord)
        let count = bytes.withUnsafeMutableBytes { buffer in
            invoke(.read) { pread(descriptor.raw, buffer.baseAddress, buffer.count, 0) }
        }
        guard count >= 0 else { throw .transfer("read", descriptor.raw, Int32(-count)) }
        return DaemonRecord(String(decoding: bytes[..<count], as: UTF8.self))
    }

    /// Writes the record, or removes it. Somebody who reads meanwhile sees the old one, the new one or none.
    func write(_ record: DaemonRecord?) throws(SystemError) {
        try descriptor.truncate(to: 0)
        guard let record else { return }
        var failure: SystemError?
        Array(record.text.utf8).withUnsafeBytes { buffer in
            do throws(SystemError) { try descriptor.writeAll(buffer, at: 0) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}
