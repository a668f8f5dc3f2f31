/// Why there is no broker, or why it did not do what it was told.
struct BrokerError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
