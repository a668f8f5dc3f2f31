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
