internal import CHobKeeper

/// The name under which the keeper holds a descriptor.
package struct HeldKey: Sendable, Hashable, CustomStringConvertible {
    /// What the descriptor is for.
    package enum Role: UInt32, Sendable, Hashable, CaseIterable {
        /// The scope's lock.
        case lock = 1
        /// A listening socket: the control socket's, or a service's.
        case listener = 2
        /// The log FIFO of an instance.
        case fifo = 3
        /// The sd_notify socket of an instance.
        case notify = 4
        /// The readiness pipe of an instance.
        case readiness = 5
        /// What a service has stored by FDSTORE.
        case stored = 6
    }

    /// What it is for.
    package var role: Role
    /// The instance's slot, or 0.
    package var slot: UInt32
    /// Which of several, from 0.
    package var index: UInt32

    /// The name of the descriptor with this purpose.
    package init(_ role: Role, slot: UInt32 = 0, index: UInt32 = 0) {
        self.role = role
        self.slot = slot
        self.index = index
    }

    /// In the words of messages: "fifo 3.0".
    package var description: String { "\(role) \(slot).\(index)" }
}
