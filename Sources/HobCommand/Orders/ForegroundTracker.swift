import HobProtocol

/// What a foreground `up` knows of the instances, from their events.
struct ForegroundTracker {
    /// Events before this time, in milliseconds of Unix time, belong to an earlier life.
    var began: Int64 = 0
    /// Whether the definitions are in force.
    var isApplied = false
    /// What the command ends with when everything has stopped.
    var endStatus = ExitStatus.done
    private var states: [String: ActualState] = [:]

    /// Takes an event in; false when it is an old one.
    mutating func handle(_ event: EventRecord) -> Bool {
        guard event.time >= began else { return false }
        if let instance = event.instance, let state = event.state { states[instance] = state }
        return true
    }

    /// Whether any instance was last seen alive or on its way.
    var isAnythingUp: Bool {
        states.values.contains { state in
            switch state {
            case .stopped, .done, .failed: false
            case .waiting, .starting, .running, .ready, .stopping, .backingOff: true
            }
        }
    }

    /// Whether it is worth asking if anything is left to run.
    var mayBeOver: Bool { isApplied && !states.isEmpty && !isAnythingUp }
}
