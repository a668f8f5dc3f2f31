import HobClient
import HobProtocol

/// The exit codes of `hob`.
enum ExitStatus {
    static let done: Int32 = 0
    /// The service or the operation failed.
    static let failed: Int32 = 1
    static let timedOut: Int32 = 2
    static let usage: Int32 = 64
    static let noSupervisor: Int32 = 69
    /// `hob control start` of a daemon that runs.
    static let alreadyStarted: Int32 = 73
    static let notPermitted: Int32 = 77
    static let badConfiguration: Int32 = 78
    /// `hob status NAME`, after the LSB.
    static let stopped: Int32 = 3
    /// `hob status NAME`, after the LSB.
    static let unknown: Int32 = 4

    /// The code for a failure on the client's side.
    static func of(_ error: ClientError) -> Int32 {
        switch error.code {
        case .noSupervisor: noSupervisor
        case .notPermitted: notPermitted
        case .timedOut: timedOut
        case .badScope: badConfiguration
        case .protocolMismatch, .connectionLost, .launchFailed: failed
        }
    }

    /// The code for a request that failed as a whole.
    static func of(_ failure: Failure) -> Int32 {
        switch failure.code {
        case .notPermitted: notPermitted
        case .badConfiguration: badConfiguration
        case .badRequest, .unknownTarget, .shuttingDown, .safeMode, .failed, .system: failed
        }
    }

    /// The code for what an order came to: the worst of its instances; a single task lends its own status.
    static func of(_ outcomes: [Outcome], isTask: Bool = false) -> Int32 {
        if outcomes.count == 1, let outcome = outcomes.first, let status = outcome.status, status != 0 {
            if outcome.kind == .completed || (outcome.kind == .failed && isTask) { return status & 0xFF }
        }
        var worst = done
        for outcome in outcomes {
            switch outcome.kind {
            case .failed, .refused, .superseded: return failed
            case .completed where outcome.status ?? 0 != 0: return failed
            case .killed, .timedOut: worst = timedOut
            case .started, .alreadyUp, .completed, .stopped, .alreadyDown, .accepted, .reloaded, .signaled, .flushed:
                break
            }
        }
        return worst
    }
}
