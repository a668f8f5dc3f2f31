public import HobTasks
public import Logging
public import ServiceLifecycle

/// What a running daemon has to do with its surroundings.
public struct DaemonContext: Sendable {
    /// The daemon's log.
    public let logger: Logger
    /// Its configuration, which a reload may change.
    public let configuration: LiveConfiguration
    /// Where the command was typed, as an absolute path: relative paths among its options are meant from there, also
    /// when `--directory` has taken the daemon elsewhere.
    public let startDirectory: String
    let process: DaemonProcess
    let shutdown: ShutdownTimes

    /// Says that the daemon may be used; see ``DaemonConfiguration/announcesReadiness``. Later calls do nothing.
    public func ready() { process.ready() }

    /// Says in one line what the daemon is doing, for its supervisor (`hob status`) and its own `status`.
    public func status(_ text: String) {
        process.statusLine.say(text)
    }

    /// Runs services until they have ended, in this order of start; a graceful shutdown ends the last one first.
    ///
    /// Each has its share of the time; one that is stuck is named in the log and holds up nobody else. One that ends
    /// unasked ends all.
    ///
    /// - Throws: The first service's failure.
    public func run(_ services: any Service...) async throws {
        try await run(services: services)
    }

    /// The same for a list.
    public func run(services: [any Service]) async throws {
        process.settled()
        try await ServiceSequence(services, in: process, patience: shutdown.patience).run()
    }

    /// Something to be done when the daemon ends: once, after `run`, the last registered first.
    ///
    /// - Parameters:
    ///   - name: What the log calls it when it fails or hangs.
    ///   - body: An error of it is logged, and the next one runs.
    public func onShutdown(_ name: String, _ body: @escaping @Sendable () async throws -> Void) {
        process.hooks.add(name, body)
    }

    /// A turn every so often, for a `for try await` loop; the first at once, the last before a graceful shutdown.
    ///
    /// - Parameters:
    ///   - interval: The time between two turns; more than zero.
    ///   - pacing: Whether the loop's own time comes on top (the default) or is part of the interval.
    ///   - startsImmediately: Whether the first turn comes at once.
    ///   - maximumRuns: How many turns there are at most; nil: no end.
    public func every(
        _ interval: Duration, pacing: Pacing = .fixedDelay, startsImmediately: Bool = true, maximumRuns: Int? = nil
    ) -> Ticks {
        let turns = HobTasks.every(
            interval, pacing: pacing, startsImmediately: startsImmediately, maximumRuns: maximumRuns, clock: clock,
            logger: logger, until: { try? await gracefulShutdown() })
        return Ticks(turns: turns) { [process] in process.settled() }
    }
}
