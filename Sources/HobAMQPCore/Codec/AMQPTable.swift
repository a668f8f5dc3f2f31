/// Values by name, in the order in which they were written: headers of a message, arguments of a queue.
///
///     let arguments: AMQPTable = ["x-message-ttl": 60_000, "x-dead-letter-exchange": "parked"]
public struct AMQPTable: Hashable, Sendable {
    /// A name and its value.
    public struct Field: Hashable, Sendable {
        /// The name, of at most 255 bytes.
        public var name: String
        /// The value.
        public var value: AMQPValue
    }

    /// The fields in order. The wire allows a name twice; the first one counts.
    public private(set) var fields: [Field]

    /// A table of these values.
    public init(_ fields: [(String, AMQPValue)] = []) {
        self.fields = fields.map { Field(name: $0.0, value: $0.1) }
    }

    /// Whether it has no fields.
    public var isEmpty: Bool { fields.isEmpty }

    /// The value of this name; nil takes it away.
    public subscript(name: String) -> AMQPValue? {
        get { fields.first { $0.name == name }?.value }
        set {
            let index = fields.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): fields[index].value = value
            case (_?, nil): fields.removeAll { $0.name == name }
            case (nil, let value?): fields.append(Field(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    mutating func append(_ name: String, _ value: AMQPValue) { fields.append(Field(name: name, value: value)) }
}

extension AMQPTable: ExpressibleByDictionaryLiteral {
    /// A table of these values.
    public init(dictionaryLiteral elements: (String, AMQPValue)...) { self.init(elements) }
}
