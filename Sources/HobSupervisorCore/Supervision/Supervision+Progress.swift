// Whom an order concerns.
extension Supervision {
    /// The instances an operation still waits for.
    package func openSlots(of operation: UInt64) -> [Int] {
        operations[operation].map { Array($0.open.keys) } ?? []
    }
}
