import HobClient
import HobProtocol
import HobSystem

/// Waits until instances reach a state, woken by the supervisor's events.
struct StatusWaiter {
    let launcher: SupervisorLauncher
    let targets: [String]
    let goal: Status.Goal

    /// The states at the end, and whether the goal was reached in time.
    func wait(until deadline: MonotonicTime) throws -> (statuses: [InstanceStatus], isInTime: Bool) {
        while true {
            do {
                return try waitOnce(until: deadline)
            } catch let error as ClientError {
                // A supervisor that dies is started anew by its keeper.
                guard error.code == .connectionLost, MonotonicTime.now() < deadline else { throw error }
                _ = try launcher.reconnect(until: min(deadline, .now() + .seconds(2)))
            }
        }
    }

    private func waitOnce(until deadline: MonotonicTime) throws -> (statuses: [InstanceStatus], isInTime: Bool) {
        let events = try launcher.require()
        var request = Request(id: events.makeRequestID(), verb: .events)
        request.follow = true
        // Following begins before the first look, so that no change falls between them.
        try events.send(request)
        let connection = try launcher.require()
        while true {
            let statuses = try connection.statuses(of: targets)
            if statuses.allSatisfy({ StatusVerdict.reached(goal, $0) }) { return (statuses, true) }
            // Nothing will happen any more: waiting longer cannot help.
            if goal == .ready, statuses.allSatisfy({ StatusVerdict.reached(goal, $0) || Self.isHopeless($0) }) {
                return (statuses, true)
            }
            guard try changed(events, until: deadline) else { return (statuses, false) }
        }
    }

    private static func isHopeless(_ status: InstanceStatus) -> Bool {
        status.state == .failed && status.nextIn == nil && status.next == nil
    }

    /// Waits for a change of state; false when the deadline passed first.
    private func changed(_ events: SupervisorConnection, until deadline: MonotonicTime) throws -> Bool {
        while let reply = try events.next(until: deadline) {
            switch reply.body {
            case .event(let event) where event.kind == .state || event.kind == .applied:
                // A burst of events is one change.
                _ = try events.available()
                return true
            case .failed(let failure): throw failure
            case .event, .progress, .status, .done: continue
            }
        }
        return false
    }
}
