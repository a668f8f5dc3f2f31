import HobClient
import HobPolicy
import HobProtocol
import HobSystem

/// Sends an order, shows its progress and brings back what it came to.
struct OrderRunner {
    /// What an order came to, and what was learnt on the way.
    struct Result {
        var outcomes: [Outcome] = []
        var changes: [Change] = []
        var revision: Int?
        /// When the last attempt of each instance was started, in milliseconds of Unix time.
        var attempts: [String: Int64] = [:]
    }

    let connection: SupervisorConnection
    let console: Console

    /// Sends the order and waits for its end.
    func run(_ request: Request, following lines: [JSONValue] = []) throws -> Result {
        let display = ProgressDisplay(console)
        defer { display.clear() }
        var result = Result()
        try connection.send(request, following: lines)
        // The supervisor keeps the order's own deadline; ours only ends a wait for one that hangs.
        let deadline = MonotonicTime.now() + .milliseconds(request.wait ?? 20_000) + .seconds(10)
        while true {
            let wake = display.nextTick.map { min($0, deadline) } ?? deadline
            guard let reply = try connection.next(until: wake) else {
                guard MonotonicTime.now() < deadline else { break }
                display.draw()
                continue
            }
            guard reply.id == request.id else { continue }
            switch reply.body {
            case .progress(let event):
                if event.kind == .spawned, let instance = event.instance { result.attempts[instance] = event.time }
                display.handle(event)
            case .status, .event:
                break
            case .done(let outcomes, let changes, let revision):
                result.outcomes = outcomes
                result.changes = changes
                result.revision = revision
                return result
            case .failed(let failure):
                throw failure
            }
        }
        throw ClientError(
            .timedOut, "no answer in time; the supervisor (pid \(connection.greeting.pid)) may be stuck")
    }
}
