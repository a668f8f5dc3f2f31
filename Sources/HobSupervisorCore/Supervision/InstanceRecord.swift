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

    var standing: Standing {
        Standing(
            isUnsatisfied: !isRetiring && wanted == .up && (pending != nil || !machine.satisfiesDependents),
            isLeaving: !machine.isGone && (pending != nil || machine.isLeaving))
    }
}
