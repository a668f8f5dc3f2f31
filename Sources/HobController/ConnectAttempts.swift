import HobControllerCore
import HobSystem

/// Decides whether a connection that failed is worth another attempt.
struct ConnectAttempts {
    private let facts: DaemonFacts
    private let deadline: MonotonicTime
    private var failures = 0
    private var failuresOfReady = 0
    private var failedStarts = 0
    /// So often a daemon may be killed while it starts before that is the caller's business.
    private static let mostChances = 5

    init(_ facts: DaemonFacts) {
        self.facts = facts
        deadline = MonotonicTime.now() + facts.configuration.startTimeout
    }

    /// To be told of each start that failed; throws unless somebody seems to have killed the daemon meanwhile.
    mutating func startFailed(_ error: any Error) throws {
        failedStarts += 1
        guard let failure = error as? ControllerError, failure.isByChance, failedStarts < Self.mostChances,
            MonotonicTime.now() < deadline
        else { throw error }
    }

    /// To be told of each connection that failed; throws when it is final.
    ///
    /// A daemon that answers now may have come up in the very moment the closure failed: its second failure counts.
    mutating func failed(isReady: Bool, _ cause: (any Error)?) throws {
        failures += 1
        failuresOfReady = isReady ? failuresOfReady + 1 : 0
        // However late it is: the daemon was to be started once, and asked again.
        let isLate = failures >= 2 && MonotonicTime.now() >= deadline
        guard failuresOfReady >= 2 || isLate else { return }
        let why = cause.map { "\($0)" } ?? "it answered nothing"
        let state = isReady ? "it runs and answers, but the connection failed" : "it does not stay up"
        throw ControllerError(
            .connectFailed, identifier: facts.configuration.identifier, message: "\(state): \(why)", cause: cause)
    }
}
