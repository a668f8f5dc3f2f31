/// What is wrong with an `amqp:` URL, where, and what would be right. It never holds the password.
public struct AMQPURLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The place: characters from the beginning, the first is 1.
    public var column: Int
    /// What is wrong there, and what would be right.
    public var message: String

    /// The place and the words.
    public var description: String { "amqp URL, character \(column): \(message)" }
}
