/// Why there is no broker, or why it did not do what it was told.
package struct BrokerError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
