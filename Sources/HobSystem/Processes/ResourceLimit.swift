/// A resource limit to set; nil keeps that side as it is, `unlimited` lifts it.
package struct ResourceLimit: Sendable, Hashable {
    /// The value that means no limit.
    package static let unlimited = UInt64.max

    /// What is bounded.
    package var resource: Resource
    /// The limit in force; nil keeps it.
    package var soft: UInt64?
    /// The ceiling of the soft limit; nil keeps it.
    package var hard: UInt64?

    /// A limit with its soft and hard side.
    package init(_ resource: Resource, soft: UInt64? = nil, hard: UInt64? = nil) {
        self.resource = resource
        self.soft = soft
        self.hard = hard
    }
}
