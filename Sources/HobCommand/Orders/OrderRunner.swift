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
        /// Why what was done would not survive a boot; nil when it is stored.
        var unstored: String?
        /// What the supervisor has to say besides.
        var notes: [String] = []
        /// The last attempt to start each instance, or the first that failed.
        var attempts: [String: StartAttempt] = [:]

        mutating func note(_ event: EventRecord) {
            guard let instance = event.instance else { return }
            if event.kind == .state, event.state == .starting {
                if attempts[instance]?.hasEnded == true {
                    // The order is about the attempt that failed, although the next one is under way already.
                    attempts[instance]?.note(event)
                } else {
                    attempts[instance] = StartAttempt(sequence: event.sequence, time: event.time)
                }
            }
            if event.kind == .spawned { attempts[instance]?.hasProcess = true }
            if event.kind == .exited { attempts[instance]?.hasEnded = true }
        }
    }

    let launcher: SupervisorLauncher
    let connection: SupervisorConnection
    let console: Console

    /// Sends the order and waits for its end, through a death of the supervisor, too: the next one knows the order.
    func run(_ request: Request, following lines: [JSONValue] = []) throws -> Result {
        var (request, connection) = (request, connection)
        while true {
            do {
                return try run(request, following: lines, over: connection)
            } catch let error as ClientError {
                guard error.code == .connectionLost else { throw error }
                do throws(ClientError) {
                    connection = try launcher.reconnect(until: .now() + .seconds(request.verb == .down ? 2 : 5))
                } catch {
                    // Nobody is there any more, which is what `down` wants.
                    if request.verb == .down, error.code == .noSupervisor { return Result() }
                    throw ClientError(
                        .connectionLost,
                        "the supervisor ended before it answered, and no other has come; see 'hob status'", cause: error
                    )
                }
                request.again = true
            }
        }
    }

    private func run(
        _ request: Request, following lines: [JSONValue], over connection: SupervisorConnection
    ) throws -> Result {
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
                result.note(event)
                display.handle(event)
            case .status, .event:
                break
            case .done(let outcomes, let changes, let revision):
                result.outcomes = outcomes
                result.changes = changes
                result.revision = revision
                result.unstored = reply.unstored
                result.notes = reply.notes
                return result
            case .failed(let failure):
                throw failure
            }
        }
        throw ClientError(
            .timedOut, "no answer in time; the supervisor (pid \(connection.greeting.pid)) may be stuck")
    }
}
