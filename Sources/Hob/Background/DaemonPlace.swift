import Glibc

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
        self.pidFile = Self.absolute(pidFile ?? (isRoot ? "/run/\(name).pid" : runtime))
        self.logFile = Self.absolute(logFile ?? (isRoot ? "/var/log/\(name).log" : "\(state)/\(name).log"))
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }

    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let current = getcwd(nil, 0) else { return path }
        defer { free(current) }
        return String(cString: current) + "/" + path
    }
}
