import ArgumentParser
import HobConfig

extension ArgumentHelp {
    /// What the reference says of a key of the file.
    fileprivate static func key(_ key: String, _ valueName: String? = nil) -> ArgumentHelp {
        ArgumentHelp(ControlReference.help(of: key), valueName: valueName)
    }
}

/// Values are kept as they were written: the reader of files reads them, so that both say the same of a mistake.
protocol ControlOptionGroup {
    /// What was given, by the keys of the file.
    var flags: [ControlFlag] { get }
}

extension ControlOptionGroup {
    func text(_ key: String, _ name: String, _ value: String?) -> [ControlFlag] {
        value.map { [.text(key, "--" + name, $0)] } ?? []
    }

    func list(_ key: String, _ name: String, _ values: [String]) -> [ControlFlag] {
        values.isEmpty ? [] : [.list(key, "--" + name, values)]
    }

    func command(_ key: String, _ name: String, _ value: String?) -> [ControlFlag] {
        value.map { [.command(key, "--" + name, $0)] } ?? []
    }

    func flag(_ key: String, _ name: String, _ value: Bool?) -> [ControlFlag] {
        value.map { [.text(key, "--" + name, "\($0)")] } ?? []
    }
}

/// How the daemon is run.
struct ControlProcessOptions: ParsableArguments, ControlOptionGroup {
    @Option(help: .key("identifier", "name"))
    var identifier: String?

    @Option(help: .key("pid_file", "file"), completion: .file())
    var pidFile: String?

    @Option(help: .key("log_file", "file"), completion: .file())
    var logFile: String?

    @Option(help: .key("lock_file", "file"), completion: .file())
    var lockFile: String?

    @Flag(help: .key("shell"))
    var shell = false

    @Flag(inversion: .prefixedNo, help: .key("daemonize"))
    var daemonize: Bool?

    @Option(help: .key("before_start", "line"))
    var beforeStart: String?

    @Option(help: .key("directory", "dir"), completion: .directory)
    var directory: String?

    @Option(help: .key("umask", "octal"))
    var umask: String?

    @Option(help: .key("environment", "name=value"))
    var env: [String] = []

    @Option(help: .key("unset", "name"))
    var unset: [String] = []

    @Option(help: .key("keep_fd", "n"))
    var keepFd: [String] = []

    var flags: [ControlFlag] {
        text("identifier", "identifier", identifier) + text("pid_file", "pid-file", pidFile)
            + text("log_file", "log-file", logFile) + text("lock_file", "lock-file", lockFile)
            + flag("daemonize", "daemonize", daemonize) + text("before_start", "before-start", beforeStart)
            + text("directory", "directory", directory) + text("umask", "umask", umask)
            + list("environment", "env", env) + list("unset", "unset", unset) + list("keep_fd", "keep-fd", keepFd)
    }
}

/// How it is known that it can be used.
struct ControlReadinessOptions: ParsableArguments, ControlOptionGroup {
    @Option(help: .key("ping", "ping"))
    var ping: String?

    @Flag(inversion: .prefixedNo, help: .key("notify"))
    var notify: Bool?

    @Option(help: .key("ready_phrase", "regex"))
    var readyPhrase: String?

    @Option(help: .key("ping_interval", "time"))
    var pingInterval: String?

    @Option(help: .key("start_timeout", "time"))
    var startTimeout: String?

    @Option(help: .key("start_abort_timeout", "time"))
    var startAbortTimeout: String?

    @Option(help: .key("log_inactivity_timeout", "time"))
    var logInactivityTimeout: String?

    var flags: [ControlFlag] {
        text("ping", "ping", ping) + flag("notify", "notify", notify) + text("ready_phrase", "ready-phrase", readyPhrase)
            + text("ping_interval", "ping-interval", pingInterval) + text("start_timeout", "start-timeout", startTimeout)
            + text("start_abort_timeout", "start-abort-timeout", startAbortTimeout)
            + text("log_inactivity_timeout", "log-inactivity-timeout", logInactivityTimeout)
    }
}

/// How it ends.
struct ControlStopOptions: ParsableArguments, ControlOptionGroup {
    @Option(help: .key("stop", "signals"))
    var stopSignal: String?

    @Option(help: .key("stop_timeout", "time"))
    var stopTimeout: String?

    @Option(help: .key("stop_command", "command"))
    var stopCommand: String?

    @Option(help: .key("restart_command", "command"))
    var restartCommand: String?

    @Flag(inversion: .prefixedNo, help: .key("ignore_invalid_pid_file"))
    var ignoreInvalidPidFile: Bool?

    var flags: [ControlFlag] {
        text("stop", "stop-signal", stopSignal) + text("stop_timeout", "stop-timeout", stopTimeout)
            + command("stop_command", "stop-command", stopCommand)
            + command("restart_command", "restart-command", restartCommand)
            + flag("ignore_invalid_pid_file", "ignore-invalid-pid-file", ignoreInvalidPidFile)
    }
}
