/// One JSON value; objects keep the order in which their members were written.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// The member with this name; nil when there is none or this is no object.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        for member in members where member.name == name { return member.value }
        return nil
    }

    /// The text of a string; nil for anything else.
    package var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The value of a whole number; nil for anything else.
    package var integer: Int64? {
        if case .integer(let integer) = self { integer } else { nil }
    }

    /// The value of any number; nil for anything else.
    package var double: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        case .null, .bool, .string, .array, .object: nil
        }
    }

    /// The value of a boolean; nil for anything else.
    package var bool: Bool? {
        if case .bool(let bool) = self { bool } else { nil }
    }

    /// The elements of an array; nil for anything else.
    package var elements: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members of an object; nil for anything else.
    package var members: [JSONMember]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// The strings of an array of strings; nil when any element is something else.
    package var texts: [String]? {
        guard let elements else { return nil }
        let texts = elements.compactMap(\.text)
        return texts.count == elements.count ? texts : nil
    }

    /// Makes an array of strings.
    package static func strings(_ texts: [String]) -> JSONValue {
        .array(texts.map(JSONValue.string))
    }

    /// The value as one line of JSON text.
    package var line: String {
        String(decoding: JSONWriter.bytes(of: self), as: UTF8.self)
    }
}

/// A name and a value of a JSON object.
package struct JSONMember: Hashable, Sendable {
    /// The member's name.
    package var name: String
    /// The member's value.
    package var value: JSONValue

    /// Makes a member.
    package init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}

/// Collects the members of an object, leaving out what is nil.
package struct JSONObjectBuilder {
    /// What was added so far.
    package private(set) var members: [JSONMember] = []

    /// Makes an empty builder.
    package init() {}

    /// Adds a member, unless the value is nil.
    package mutating func add(_ name: String, _ value: JSONValue?) {
        if let value { members.append(JSONMember(name, value)) }
    }

    /// Adds a string, unless it is nil.
    package mutating func add(_ name: String, _ text: String?) {
        add(name, text.map(JSONValue.string))
    }

    /// Adds a whole number, unless it is nil.
    package mutating func add(_ name: String, _ integer: (some BinaryInteger)?) {
        add(name, integer.map { JSONValue.integer(Int64(truncatingIfNeeded: $0)) })
    }

    /// Adds a boolean, unless it is nil.
    package mutating func add(_ name: String, _ bool: Bool?) {
        add(name, bool.map(JSONValue.bool))
    }

    /// Adds an array of strings, unless it is nil.
    package mutating func add(_ name: String, _ texts: [String]?) {
        add(name, texts.map(JSONValue.strings))
    }

    /// The object.
    package var object: JSONValue { .object(members) }
}
