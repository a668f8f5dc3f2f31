/// A command that may make its process the daemon.
protocol ForegroundCommand {
    /// Makes the process what it is to be, on the main thread, before there is another one; answers the rest, which
    /// never returns. Nil when this process does not become the daemon.
    func prepared() throws -> (@Sendable () async throws -> Never)?
}
