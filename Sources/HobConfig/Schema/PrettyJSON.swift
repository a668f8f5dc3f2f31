import HobProtocol

/// Writes JSON over many lines, for people and for version control.
enum PrettyJSON {
    /// The text of a value, with a line end.
    static func text(of value: JSONValue) -> String {
        var lines = ""
        write(value, indentation: "", to: &lines)
        return lines + "\n"
    }

    private static func write(_ value: JSONValue, indentation: String, to text: inout String) {
        let inner = indentation + "  "
        switch value {
        case .object(let members) where !members.isEmpty:
            text += "{\n"
            for (index, member) in members.enumerated() {
                text += "\(inner)\(JSONValue.string(member.name).line): "
                write(member.value, indentation: inner, to: &text)
                text += index == members.count - 1 ? "\n" : ",\n"
            }
            text += "\(indentation)}"
        case .array(let elements) where elements.contains { $0.members != nil }:
            text += "[\n"
            for (index, element) in elements.enumerated() {
                text += inner
                write(element, indentation: inner, to: &text)
                text += index == elements.count - 1 ? "\n" : ",\n"
            }
            text += "\(indentation)]"
        case .object, .array, .null, .bool, .integer, .number, .string: text += value.line
        }
    }
}
