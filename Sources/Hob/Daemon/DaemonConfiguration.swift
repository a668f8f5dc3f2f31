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
    /// round its ``DaemonContext/every(_:pacing:startsImmediately:maximumRuns:)``, runs its services, or has lived for 200 ms.
    public var announcesReadiness: Bool
    /// From TERM to the end of the process, hooks included. Default: 8 s, less than any supervisor's patience.
    public var shutdownDeadline: Duration

    /// A configuration with the defaults.
    public init(
        name: String? = nil, abstract: String = "", version: String = "0.0.0",
        commands: [any ParsableCommand.Type] = [], announcesReadiness: Bool = false,
        shutdownDeadline: Duration = .seconds(8)
    ) {
        self.name = name
        self.abstract = abstract
        self.version = version
        self.commands = commands
        self.announcesReadiness = announcesReadiness
        self.shutdownDeadline = shutdownDeadline
    }
}
