/// A value that travels as JSON.
package protocol JSONCodable: Sendable {
    /// The value as JSON.
    var json: JSONValue { get }
    /// Reads the value; unknown members are ignored, so that one side may be a version ahead.
    init(json: JSONValue) throws(JSONError)
}

/// Takes typed members out of a JSON object, with errors that name the member.
package struct JSONObjectReader {
    private let value: JSONValue
    private let what: String

    /// Makes a reader of `value`, which errors call `what`.
    package init(_ value: JSONValue, as what: String) throws(JSONError) {
        guard value.members != nil else { throw JSONError(.wrongType, "\(what): expected an object") }
        self.value = value
        self.what = what
    }

    /// The raw member, nil when absent or null.
    package func optional(_ name: String) -> JSONValue? {
        guard let member = value[name] else { return nil }
        if case .null = member { return nil }
        return member
    }

    /// A string that must be there.
    package func text(_ name: String) throws(JSONError) -> String {
        guard let text = try optionalText(name) else { throw missing(name) }
        return text
    }

    /// A string that may be absent.
    package func optionalText(_ name: String) throws(JSONError) -> String? {
        guard let member = optional(name) else { return nil }
        guard let text = member.text else { throw wrong(name, "a string") }
        return text
    }

    /// A whole number that must be there.
    package func integer<Number: FixedWidthInteger>(_ name: String, as type: Number.Type = Number.self)
        throws(JSONError) -> Number
    {
        guard let number = try optionalInteger(name, as: type) else { throw missing(name) }
        return number
    }

    /// A whole number that may be absent.
    package func optionalInteger<Number: FixedWidthInteger>(_ name: String, as type: Number.Type = Number.self)
        throws(JSONError) -> Number?
    {
        guard let member = optional(name) else { return nil }
        guard let integer = member.integer, let number = Number(exactly: integer) else {
            throw wrong(name, "a whole number that fits")
        }
        return number
    }

    /// Any number that may be absent.
    package func optionalDouble(_ name: String) throws(JSONError) -> Double? {
        guard let member = optional(name) else { return nil }
        guard let number = member.double else { throw wrong(name, "a number") }
        return number
    }

    /// A boolean; absent means false.
    package func flag(_ name: String) throws(JSONError) -> Bool {
        guard let member = optional(name) else { return false }
        guard let bool = member.bool else { throw wrong(name, "true or false") }
        return bool
    }

    /// An array of strings; absent means empty.
    package func texts(_ name: String) throws(JSONError) -> [String] {
        guard let member = optional(name) else { return [] }
        guard let texts = member.texts else { throw wrong(name, "an array of strings") }
        return texts
    }

    /// A nested value that may be absent.
    package func optionalNested<Value: JSONCodable>(_ name: String, as type: Value.Type = Value.self)
        throws(JSONError) -> Value?
    {
        guard let member = optional(name) else { return nil }
        return try Value(json: member)
    }

    /// A nested value that must be there.
    package func nested<Value: JSONCodable>(_ name: String, as type: Value.Type = Value.self)
        throws(JSONError) -> Value
    {
        guard let value = try optionalNested(name, as: type) else { throw missing(name) }
        return value
    }

    /// An array of nested values; absent means empty.
    package func array<Value: JSONCodable>(_ name: String, of type: Value.Type = Value.self)
        throws(JSONError) -> [Value]
    {
        guard let member = optional(name) else { return [] }
        guard let elements = member.elements else { throw wrong(name, "an array") }
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for element in elements { values.append(try Value(json: element)) }
        return values
    }

    /// One of an enumeration's names, which must be there.
    package func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, of type: Choice.Type = Choice.self)
        throws(JSONError) -> Choice where Choice.RawValue == String
    {
        guard let choice = try optionalChoice(name, of: type) else { throw missing(name) }
        return choice
    }

    /// One of an enumeration's names, which may be absent.
    package func optionalChoice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of type: Choice.Type = Choice.self
    ) throws(JSONError) -> Choice? where Choice.RawValue == String {
        guard let text = try optionalText(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw wrong(name, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
        }
        return choice
    }

    /// The error for a member that must be there and is not.
    package func missing(_ name: String) -> JSONError {
        JSONError(.missingMember, "\(what): '\(name)' is missing")
    }

    /// The error for a member of another type than wanted.
    package func wrong(_ name: String, _ wanted: String) -> JSONError {
        JSONError(.wrongType, "\(what): '\(name)' must be \(wanted)")
    }
}
