import HobProtocol

/// What the states of some instances mean for an exit code and for somebody who waits.
enum StatusVerdict {
    /// Without names: 0 when everything wanted is up. With names, after the LSB: 0 running, 3 stopped, 4 unknown.
    static func exitStatus(_ statuses: [InstanceStatus], isNamed: Bool) -> Int32 {
        if isNamed {
            if statuses.isEmpty { return ExitStatus.unknown }
            return statuses.allSatisfy { $0.state.isUp || $0.state == .done } ? ExitStatus.done : ExitStatus.stopped
        }
        return statuses.allSatisfy { $0.wanted == .down || isFulfilled($0) } ? ExitStatus.done : ExitStatus.failed
    }

    /// Whether an instance is where its operator wants it to be when it is wanted up.
    static func isFulfilled(_ status: InstanceStatus) -> Bool {
        status.state.isUp || (status.kind == .task && status.state == .done)
    }

    /// Whether an instance reached the goal of a wait.
    static func reached(_ goal: Status.Goal, _ status: InstanceStatus) -> Bool {
        switch goal {
        case .ready: isFulfilled(status)
        case .stopped: isEnded(status.state)
        }
    }

    /// Whether no process is left and none is coming by itself.
    static func isOver(_ status: InstanceStatus) -> Bool {
        switch status.state {
        case .stopped, .done: true
        // A failed one that will be tried again has a time for it.
        case .failed: status.nextIn == nil
        case .waiting, .starting, .running, .ready, .stopping, .backingOff: false
        }
    }

    private static func isEnded(_ state: ActualState) -> Bool {
        switch state {
        case .stopped, .done, .failed: true
        case .waiting, .starting, .running, .ready, .stopping, .backingOff: false
        }
    }
}
