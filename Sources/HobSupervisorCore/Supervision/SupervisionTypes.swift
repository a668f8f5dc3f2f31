package import HobPolicy
package import HobProtocol

/// What the supervision tells its shell to do, in order.
package enum SupervisionAction: Hashable, Sendable {
    /// Act for an instance.
    case act(slot: Int, InstanceAction)
    /// An instance came into another state.
    case changed(slot: Int, ActualState)
    /// An instance exists from now on.
    case added(slot: Int)
    /// An instance is no more; its slot will be used again.
    case removed(slot: Int)
    /// What an instance's log keeps, or how, has changed.
    case redefined(slot: Int)
    /// An operation is over.
    case finished(operation: UInt64, [Outcome])
    /// What must survive a boot has changed.
    case store
}

/// Something people want done, already resolved to slots.
package enum Order: Hashable, Sendable {
    case start([Int])
    case stop([Int], force: Bool)
    case restart([Int], rolling: Bool, force: Bool)
    case reload([Int])
    case scale([Request.Scale])
}

/// An instance as the supervision keeps it.
package struct InstanceRecord: Sendable {
    /// The life.
    package var machine: InstanceMachine
    /// What it calls itself.
    package var identity: InstanceIdentity
    /// It is to stop as soon as those that wait for it are gone.
    package var isStopPending = false
    /// It is removed when it is gone.
    package var isRetiring = false
    /// Since when it has been in its state.
    package var since: MonotonicInstant
    /// How its last process ended.
    package var lastExit: LastExit?
    /// The operations that wait for it.
    var operations: [UInt64] = []

    /// How a process ended, and when.
    package struct LastExit: Hashable, Sendable {
        /// How.
        package var outcome: ExitOutcome
        /// When.
        package var at: MonotonicInstant
        /// The pid it had.
        package var pid: Int32
    }

    /// What the operator wants of it, an order that waits its turn included.
    package var wanted: WantedState { isStopPending ? .down : machine.wanted }

    /// Whether others must wait for it.
    var isUnsatisfied: Bool { wanted == .up && !isRetiring && !machine.satisfiesDependents }
}

/// A service as the supervision keeps it.
package struct ServiceRecord: Sendable {
    /// The definition its next processes start from.
    package var definition: DefinitionBox
    /// The slots of its instances, by number.
    package var slots: [Int] = []
    /// How many instances the operator asked for, where that differs from the file.
    package var scale: Int?
    /// It is no longer defined, and goes when its instances are gone.
    package var isRetiring = false
    /// The services it waits for, and those that wait for it.
    var predecessors: [String] = []
    var dependents: [String] = []
    /// How many of its instances others must wait for.
    var unsatisfied = 0
}
