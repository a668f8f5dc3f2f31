/// What has changed since the journal was last written.
///
/// Whatever is marked twice is written once; what is marked without need costs a write and nothing else.
struct UnsavedChanges: Sendable {
    /// A service whose row is to be written.
    enum Service: Hashable, Sendable {
        case changed(String)
        case gone(row: Int)
    }

    /// Instances that may have changed.
    var slots: [Int] = []
    /// Services that may have changed.
    var services: [Service] = []
    /// All services may have changed, and the scope with them.
    var concernsAllServices = false
    /// What is true of all has changed.
    var concernsScope = false
    /// Definitions that were never written.
    var definitions: [DefinitionBox] = []
}
