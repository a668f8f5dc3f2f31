import Glibc
import HobSystem

/// Where a daemon in the background keeps its pid file and its log.
struct DaemonPlace: Sendable, Hashable {
    var pidFile: String
    var logFile: String

    /// What was asked for, else: root `/run/NAME.pid` and `/var/log/NAME.log`; others `$XDG_RUNTIME_DIR/NAME.pid` (else
    /// `/tmp/NAME-UID.pid`) and `$XDG_STATE_HOME/NAME.log` (else `~/.local/state/NAME.log`).
    init(name: String, pidFile: String?, logFile: String?) {
        let isRoot = geteuid() == 0
        let runtime = Self.variable("XDG_RUNTIME_DIR").map { "\($0)/\(name).pid" } ?? "/tmp/\(name)-\(geteuid()).pid"
        let state = Self.variable("XDG_STATE_HOME") ?? Self.variable("HOME").map { $0 + "/.local/state" } ?? "/tmp"
        self.pidFile = AbsolutePath.of(pidFile ?? (isRoot ? "/run/\(name).pid" : runtime))
        self.logFile = AbsolutePath.of(logFile ?? (isRoot ? "/var/log/\(name).log" : "\(state)/\(name).log"))
    }

    /// Makes the directories of a log that nobody has named: a new account has no `~/.local/state`.
    ///
    /// A place that was asked for must be there: its absence may be a mistake.
    func makeDefaultDirectories(isLogFileNamed: Bool) throws(SystemError) {
        guard !isLogFileNamed else { return }
        let parts = logFile.split(separator: "/").dropLast()
        var path = ""
        for part in parts {
            path += "/" + part
            if mkdir(path, 0o700) != 0, errno != EEXIST, errno != EROFS { throw .file("make", path, errno) }
        }
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
}
