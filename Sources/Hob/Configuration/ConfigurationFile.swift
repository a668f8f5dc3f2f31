import Glibc
import HobSystem

/// Reads whole regular files, never more than a bound, never waiting for somebody at the other end of a FIFO.
enum ConfigurationFile {
    /// What stands in the way, in words that say what would be right.
    struct Refusal: Error {
        let code: Int32
        let reason: String

        /// Whether there is no such file.
        var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    }

    private static let limit = 8 << 20

    static func read(_ path: String) -> Result<[UInt8], Refusal> {
        guard !path.utf8.contains(0) else { return .failure(Refusal(code: EINVAL, reason: "a path holds no NUL")) }
        do throws(SystemError) {
            let descriptor = try Descriptor.open(path, flags: .nonBlocking)
            let status = try FileStatus.of(descriptor)
            guard status.isRegular else {
                return .failure(Refusal(code: EINVAL, reason: "it is no regular file"))
            }
            guard status.size <= limit else { return .failure(tooLarge) }
            return .success(try descriptor.readAll(limit: limit))
        } catch {
            switch error.code {
            case ENOENT: return .failure(Refusal(code: error.code, reason: "no such file"))
            case EACCES: return .failure(Refusal(code: error.code, reason: "permission denied, let this user read it"))
            case EFBIG: return .failure(tooLarge)
            default: return .failure(Refusal(code: error.code, reason: SystemError.text(of: error.code)))
            }
        }
    }

    private static let tooLarge = Refusal(code: EFBIG, reason: "it is larger than 8 MiB, which no configuration is")
}
