package import HobPolicy
package import HobProtocol

/// An instance as the supervision keeps it.
package struct InstanceRecord: Sendable {
    /// The life.
    package var machine: InstanceMachine
    /// What it calls itself, by the definition that its process was started from.
    package var identity: InstanceIdentity
    /// What it is to do as soon as those that wait for it are gone.
    package var pending: PendingOrder?
    /// It is removed when it is gone.
    package var isRetiring = false
    /// Since when it has been in its state.
    package var since: MonotonicInstant
    /// How its last process ended.
    package var lastExit: LastExit?
    /// The operations that wait for it.
    var operations: [UInt64] = []
    /// What the newest operation that is over has come to for it.
    var settled: InstanceEntry.SettledMark?

    init(_ identity: InstanceIdentity, of definition: DefinitionBox, since: MonotonicInstant) {
        machine = InstanceMachine(definition: definition)
        self.identity = identity
        self.since = since
    }

    /// An order that waits until those that rely on the instance are gone.
    package enum PendingOrder: Hashable, Sendable {
        case stop(force: Bool)
        case restart(force: Bool)

        var event: InstanceEvent {
            switch self {
            case .stop(let force): .wantedDown(force: force)
            case .restart(let force): .restartRequested(force: force)
            }
        }
    }

    /// How a process ended, and when.
    package struct LastExit: Hashable, Sendable {
        /// How.
        package var outcome: ExitOutcome
        /// When.
        package var at: MonotonicInstant
        /// The pid it had.
        package var pid: Int32
    }

    /// What others have to know of it.
    struct Standing: Hashable, Sendable {
        /// Those that rely on it must not start yet.
        var isUnsatisfied: Bool
        /// It is on its way to be gone, and what it relies on must outlive it.
        var isLeaving: Bool
    }

    /// It is to stop as soon as those that wait for it are gone.
    package var isStopPending: Bool {
        if case .stop = pending { true } else { false }
    }

    /// What the operator wants of it, an order that waits its turn included.
    package var wanted: WantedState {
        switch pending {
        case .stop: .down
        case .restart: .up
        case nil: machine.wanted
        }
    }

    /// What came of one event, as far as others are concerned.
    struct Passage: Sendable {
        var service: String
        var before: Standing
        var after: Standing
        var cameUp = false
        /// The state it came into, if it is another.
        var newState: ActualState?
        var tookDefinition = false
        /// It was given up with this event.
        var failed = false
        var isWaiting = false
        var isGone = false
        var isRetiring = false
        /// What it is still to do when its turn comes.
        var pending: PendingOrder?
        /// It is up by a definition that is no longer in force.
        var isOutdated = false
    }

    /// Gives an event to the machine.
    ///
    /// All that is asked before and after is asked here, in place: a record is too large to be copied for each question.
    mutating func take(
        _ event: InstanceEvent, takesPending: Bool, at now: MonotonicInstant, using generator: inout SplitMix64,
        into actions: inout [InstanceAction]
    ) -> Passage {
        let before = standing
        let stateBefore = machine.state
        let definitionBefore = ObjectIdentifier(machine.definition)
        let hadFailed = machine.hasFailed
        if takesPending { pending = nil }
        if case .processEnded(let outcome) = event, let life = machine.life {
            lastExit = LastExit(outcome: outcome, at: now, pid: life.pid)
        }
        machine.handle(event, at: now, using: &generator, into: &actions)
        var passage = Passage(service: identity.service, before: before, after: standing)
        passage.cameUp = machine.satisfiesDependents && wanted == .up
        let state = machine.state
        if state != stateBefore {
            passage.newState = state
            since = now
        }
        if ObjectIdentifier(machine.definition) != definitionBefore {
            passage.tookDefinition = true
            identity = machine.definition.value.identity(of: identity.index)
        }
        passage.failed = !hadFailed && machine.hasFailed
        passage.isGone = machine.isGone
        passage.isRetiring = isRetiring
        passage.pending = pending
        if case .waiting = machine.phase { passage.isWaiting = true }
        passage.isOutdated = isOutdated
        return passage
    }

    /// It is up, and to stay, by a definition that is no longer in force.
    var isOutdated: Bool {
        if case .up = machine.phase { machine.upcomingNeedsRestart && machine.wanted == .up } else { false }
    }

    /// Whether somebody else's coming up can be news for it.
    enum Rest: Hashable, Sendable {
        case waiting, delayed, other
    }

    // Questions that are asked at every event are mutating in name only: an optional in an array is copied as a whole
    // to be read, and this one is large, but it is changed in place.

    mutating func rest() -> Rest {
        switch machine.phase {
        case .waiting: .waiting
        case .backingOff, .failed: .delayed
        case .stopped, .preparing, .spawning, .starting, .settling, .up, .objecting, .ending, .cleaning, .done: .other
        }
    }

    mutating func serviceName() -> String { identity.service }

    var standing: Standing {
        Standing(
            isUnsatisfied: !isRetiring && wanted == .up && (pending != nil || !machine.satisfiesDependents),
            isLeaving: !machine.isGone && (pending != nil || machine.isLeaving))
    }
}
