import CHobSystem
import Glibc

/// Why a process could not be started: the step, its errno, and a sentence with the remedy.
package struct SpawnFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The step that failed.
    package var stage: SpawnStage
    /// The errno.
    package var code: Int32
    /// The sentence for people.
    package var message: String

    /// A failure from its parts.
    package init(stage: SpawnStage, code: Int32, message: String) {
        self.stage = stage
        self.code = code
        self.message = message
    }

    /// Whether a later attempt may succeed without anything being mended: the machine was short of something.
    package var isTransient: Bool { [EAGAIN, ENOMEM, EMFILE, ENFILE].contains(code) }

    /// The sentence with the errno's name behind it.
    package var description: String { "\(message) (\(SystemError.name(of: code)))" }

    init(stage: SpawnStage, code: Int32, detail: Int32, request: SpawnRequest) {
        let reason = Self.reason(stage, code, detail, request)
        self.init(stage: stage, code: code, message: "cannot start \(request.executable): \(reason)")
    }

    private static func reason(
        _ stage: SpawnStage, _ code: Int32, _ detail: Int32, _ request: SpawnRequest
    ) -> String {
        let plain = SystemError.fileReason(code)
        let onlyRoot = code == EPERM ? "only root may do that" : plain
        switch stage {
        case .clone:
            if code == EAGAIN { return "no more processes are allowed: raise RLIMIT_NPROC or the cgroup's pids.max" }
            return "no new process: \(plain)"
        case .cgroup:
            return "cannot start in its cgroup: \(code == ENOSYS ? "this kernel or processor cannot" : plain)"
        case .session:
            return request.controllingTerminal ? "no controlling terminal: \(plain)" : "no new session: \(plain)"
        case .descriptors:
            if code == EBADF { return "file descriptor \(detail), which it was to get, is not open" }
            return "cannot set up its file descriptors: \(plain)"
        case .limits:
            let name = Resource.allCases.first { $0.number == detail }?.name ?? "a limit"
            if code == EPERM { return "cannot set \(name): only root with CAP_SYS_RESOURCE may raise a hard limit" }
            return "cannot set \(name): \(code == EINVAL ? "the soft limit is above the hard limit" : plain)"
        case .tag:
            return "cannot mark it by RLIMIT_LOCKS: \(code == EPERM ? "our own hard limit is lower" : plain)"
        case .nice: return "cannot set nice \(request.nice ?? 0): \(code == EACCES ? "only root may lower it" : plain)"
        case .umask: return "cannot set its umask: \(plain)"
        case .oom:
            let value = request.oomScoreAdjustment ?? 0
            if code == EACCES {
                return "cannot set oom_score_adj \(value): only root with CAP_SYS_RESOURCE may lower it"
            }
            return "cannot set oom_score_adj \(value): \(code == EINVAL ? "-1000 to 1000 is allowed" : plain)"
        case .chroot: return "cannot make \(request.root ?? "") its root: \(onlyRoot)"
        case .groups: return "cannot set its supplementary groups: \(onlyRoot)"
        case .group: return "cannot become group \(request.group ?? 0): \(onlyRoot)"
        case .user:
            if code == EAGAIN { return "user \(request.user ?? 0) has too many processes: raise RLIMIT_NPROC" }
            return "cannot become user \(request.user ?? 0): \(onlyRoot)"
        case .directory:
            let who = request.user.map { " for user \($0)" } ?? ""
            let why = code == EACCES ? "permission denied\(who)" : plain
            return "cannot enter its directory \(request.directory ?? ""): \(why)"
        case .parentDeath:
            return code == ECHILD ? "its parent has died meanwhile" : "no parent-death signal: \(plain)"
        case .noNewPrivileges: return "cannot set no_new_privs: \(plain)"
        case .birth: return "called off before its exec: the supervisor has ended meanwhile"
        case .exec: return execReason(code, request)
        }
    }

    private static func execReason(_ code: Int32, _ request: SpawnRequest) -> String {
        let isPath = request.executable.contains("/")
        switch code {
        case ENOENT where !isPath: return "no such program in \(request.searchPath)"
        case ENOENT: return "no such file, or the interpreter in its first line is missing"
        case EACCES:
            let who = request.user.map { " for user \($0)" } ?? ""
            return "not executable\(who): check chmod +x, the directories above it and mount option noexec"
        case ENOEXEC: return "neither a program for this machine nor a script whose first line is #!INTERPRETER"
        case E2BIG: return "its arguments and environment are too long"
        case EAGAIN: return "user \(request.user ?? geteuid()) has too many processes: raise RLIMIT_NPROC"
        case ECANCELED: return "it was cancelled before it began"
        default: return SystemError.fileReason(code)
        }
    }
}
