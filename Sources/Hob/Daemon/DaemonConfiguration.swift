public import ArgumentParser

/// What a daemon says about itself.
public struct DaemonConfiguration: Sendable {
    /// Its name in messages and files; nil: its type's in small letters.
    public var name: String?
    /// One line about it, for the help.
    public var abstract: String
    /// Its version.
    public var version: String
    /// Sub-commands of its own beside Hob's.
    public var commands: [any ParsableCommand.Type]
    /// Whether ``DaemonContext/ready()`` is called when it may be used; else it counts as ready when it has gone once
    /// round its ``DaemonContext/every(_:pacing:startsImmediately:maximumRuns:)``, runs its services, or has lived for
    /// 200 ms.
    public var announcesReadiness: Bool
    /// From TERM to the end of the process, hooks included. Default: 8 s, less than any supervisor's patience.
    public var shutdownDeadline: Duration
    /// How long `start` waits until the daemon is ready; then it is ended, and `start` fails. Default: 30 s.
    public var startTimeout: Duration
    /// Whom the daemon becomes when root starts it, before ``Daemon/run(_:)``: a name or a number, with the groups that
    /// the user database gives them. Nil: whoever starts it. This and the next three are the defaults of the keys
    /// `daemon.user`, `daemon.group`, `daemon.directory` and `daemon.umask`.
    public var user: String?
    /// The group of the process, when it is not the user's own.
    public var group: String?
    /// Where the daemon goes before it runs, as the user that it is then. Nil: it stays where it was started.
    public var directory: String?
    /// The permission bits that its new files do not get, such as `0o027`. Nil: those of whoever starts it.
    public var umask: UInt32?

    /// A configuration with the defaults.
    public init(
        name: String? = nil, abstract: String = "", version: String = "0.0.0",
        commands: [any ParsableCommand.Type] = [], announcesReadiness: Bool = false,
        shutdownDeadline: Duration = .seconds(8), startTimeout: Duration = .seconds(30), user: String? = nil,
        group: String? = nil,
        directory: String? = nil, umask: UInt32? = nil
    ) {
        self.name = name
        self.abstract = abstract
        self.version = version
        self.commands = commands
        self.announcesReadiness = announcesReadiness
        self.shutdownDeadline = shutdownDeadline
        self.startTimeout = startTimeout
        self.user = user
        self.group = group
        self.directory = directory
        self.umask = umask
    }
}
