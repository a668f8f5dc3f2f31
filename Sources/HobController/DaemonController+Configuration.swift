package import HobControllerCore
public import HobPolicy
public import Logging

extension DaemonController {
    /// Everything a controller knows of its daemon.
    ///
    ///     var search = DaemonController.Configuration(
    ///         identifier: "searchd", pidFile: "/run/searchd.pid",
    ///         startCommand: ["searchd", "-c", "/etc/sphinx.conf"],
    ///         ping: .tcp(host: "localhost", port: 9312))
    ///     search.logFile = "/var/log/searchd.log"
    ///
    /// Paths that are not absolute are taken from the directory in which the controller was made.
    public struct Configuration: Sendable {
        /// The daemon's name, for messages.
        public var identifier: String
        /// The command that starts it. It must daemonize and return 0, unless ``daemonizes`` is set. What it writes to
        /// stdout and stderr is kept for errors in a nameless file below `TMPDIR`, for as long as it writes there.
        public var startCommand: StartCommand
        /// How to find out whether it can be used; nil: its other sources of readiness must do.
        public var ping: Ping?
        /// The file into which the daemon writes its pid. One that it does not write is written for it when
        /// ``daemonizes`` is set.
        public var pidFile: String
        /// The daemon's log: what is appended during a start is part of the error, and silence can end a start.
        /// A standard stream (such as `/dev/stderr`) lets the daemon inherit it; its lines are then not available.
        public var logFile: String?
        /// The file that serialises starts and stops; default: ``pidFile`` with `.lock`. It is made when missing and
        /// never removed, and holds the identity of the daemon that was started last.
        public var lockFile: String?
        /// Stops the daemon instead of ``stopSignal``. It must exit with 0; then the daemon is waited for.
        public var stopCommand: Command?
        /// Restarts the daemon instead of a stop and a start. It must exit with 0; then the daemon must be ready within
        /// the start timeout.
        public var restartCommand: Command?
        /// Runs before each start, under the lock, also across processes; an error fails the start.
        public var beforeStart: (@Sendable () async throws -> Void)?
        /// From the taken lock to "ready", ``beforeStart`` included. Default: 30 s.
        public var startTimeout: Duration = .seconds(30)
        /// How long a daemon that failed to start may take to end after SIGTERM, before SIGKILL. Default: 10 s.
        public var startAbortTimeout: Duration = .seconds(10)
        /// From the stop signal or command to the end of the whole tree; then comes SIGKILL. Default: 30 s.
        public var stopTimeout: Duration = .seconds(30)
        /// How long a daemon that has been launched may leave its log unchanged before it counts as failed; nil: for
        /// ever. Without a log file it means nothing. Default: 10 s.
        public var logInactivityTimeout: Duration? = .seconds(10)
        /// The longest pause between two pings; the first ones follow each other within 1 to 4 ms. Default: 100 ms.
        public var pingInterval: Duration = .milliseconds(100)
        /// The signal that asks the daemon to end. Default: 15, SIGTERM.
        public var stopSignal: Int32 = 15
        /// A ladder of signals instead of ``stopSignal``; SIGKILL to the whole tree ends it.
        public var stopSequence: StopSequence?
        /// A pid file that is empty or garbage makes stop do nothing, instead of running the stop command.
        public var leavesAloneIfPIDFileInvalid = false
        /// The command stays in the foreground: it gets a session of its own, its output goes into ``logFile``, and
        /// its pid file is written for it.
        public var daemonizes = false
        /// READY=1 over sd_notify(3) is awaited, beside whatever else is.
        public var awaitsNotification = false
        /// A POSIX extended regular expression that must appear in the log or the output before it counts as ready.
        public var readyPhrase: String?
        /// Descriptors of this process that the daemon keeps, under their numbers; all others but 0, 1, 2 are closed.
        public var keptDescriptors: [Int32] = []
        /// Variables set over those of this process; nil unsets one.
        public var environment: [String: String?] = [:]
        /// Whether the daemon gets this process's variables. Default: true.
        public var inheritsEnvironment = true
        /// The daemon's working directory; default: this process's.
        public var directory: String?
        /// Permission bits taken from files the daemon makes; default: this process's.
        public var umask: UInt32?
        /// Hears what is done, at level debug, and what is odd, at warning.
        public var logger: Logger?

        /// Runs before ``beforeStart`` and like it, in the daemon's directory; its failure, with its output, is the error.
        package var beforeStartCommand: Command?
        /// Hears each action before it is taken: for tests.
        package var observer: (@Sendable (ControllerAction) -> Void)?

        /// A configuration with the defaults.
        ///
        /// - Parameters:
        ///   - identifier: The daemon's name, for messages.
        ///   - pidFile: The file with its pid.
        ///   - startCommand: The command that starts it.
        ///   - ping: How to find out whether it can be used.
        public init(identifier: String, pidFile: String, startCommand: StartCommand, ping: Ping? = nil) {
            self.identifier = identifier
            self.pidFile = pidFile
            self.startCommand = startCommand
            self.ping = ping
        }
    }
}
