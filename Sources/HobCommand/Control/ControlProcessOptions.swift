import ArgumentParser
import HobConfig

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
