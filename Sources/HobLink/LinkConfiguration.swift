public import HobPolicy

/// The habits of a ``LinkSystem``; everything has a default.
public struct LinkConfiguration: Sendable {
    /// What the other side's log and errors call this process; the program's name unless told otherwise.
    public var name: String
    /// Which build of the actors' interface this process has; two sides with different ones do not talk.
    ///
    /// Names and types of actors and functions are the protocol: change this text with them.
    public var interface = "1"
    /// How long a call may take when no ``withCallDeadline(_:isolation:_:)`` says otherwise; 30 s.
    public var callLimit: Duration = .seconds(30)
    /// How many bytes a call or an answer may have; 16 MiB.
    public var frameLimit = 16 << 20
    /// How many calls of one connection run at once; more wait in the client; 128.
    public var concurrency = 128
    /// How many clients may be connected; 1,000.
    public var connections = 1_000
    /// Users beside our own whose processes may connect to our Unix sockets, and to whose we connect.
    public var users: Set<UInt32> = []
    /// The mode of a Unix socket's file; 0600, or 0666 where other ``users`` are allowed.
    public var socketMode: UInt32?
    /// The pauses between attempts to connect while calls wait; 50 ms doubling to 2 s, with jitter.
    public var backoff = Backoff(initial: .milliseconds(50), maximum: .seconds(2))
    /// How long a connection and the greeting on it may take, each; 5 s.
    public var greetingLimit: Duration = .seconds(5)
    /// Error types that come back as themselves when a function throws them; others come as ``LinkError``.
    public var errors: [any (Error & Codable).Type] = []

    /// The defaults.
    public init(name: String? = nil) {
        let program = CommandLine.arguments.first?.split(separator: "/").last.map(String.init)
        self.name = name ?? program ?? "a program"
    }
}
