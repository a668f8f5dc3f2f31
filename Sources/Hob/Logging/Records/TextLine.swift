import Logging

/// Writes a record for people.
enum TextLine {
    static func line(of record: LogRecord, in format: LogFormat) -> String {
        var line = format.showsTime ? "\(LogStamp.rfc3339(record.milliseconds)) " : ""
        line += format.usesColour ? "\(colour(record.level))\(record.level)\u{1B}[0m" : "\(record.level)"
        line += " [\(record.daemon) \(record.pid)] \(record.source)"
        if record.label != record.daemon { line += "(\(escaped(record.label)))" }
        if format.showsCaller { line += " \(record.fileName):\(record.line) \(record.function)" }
        return line + ": \(body(of: record))\n"
    }

    /// The message and what belongs to it, on one line.
    static func body(of record: LogRecord) -> String {
        var body = escaped(record.message)
        if let failure = record.failure { body += ": \(failure.type): \(escaped(failure.message))" }
        for (key, value) in record.sortedMetadata { body += " \(escaped(key))=\(text(of: value))" }
        return body
    }

    /// The text without control characters: whoever gets a line end into a message must not forge a second record.
    static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A: result += "\\n"
            case 0x0D: result += "\\r"
            case 0x09: result += "\\t"
            case 0..<0x20, 0x7F: result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func text(of value: Logger.Metadata.Value) -> String {
        switch value {
        case .string(let string): word(string)
        case .stringConvertible(let value): word(value.description)
        case .array(let values): "[\(values.map(text).joined(separator: ", "))]"
        case .dictionary(let values):
            "{\(values.sorted { $0.key < $1.key }.map { "\(word($0.key)): \(text(of: $0.value))" }.joined(separator: ", "))}"
        }
    }

    /// As it is when it reads as one word, else in quotes.
    private static func word(_ text: String) -> String {
        let isWord =
            !text.isEmpty
            && !text.utf8.contains { $0 == 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "=") }
        if isWord { return escaped(text) }
        var quoted = ""
        for character in text.unicodeScalars {
            if character == "\"" || character == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(character)
        }
        return "\"\(escaped(quoted))\""
    }

    private static func colour(_ level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "\u{1B}[2m"
        case .info, .notice: "\u{1B}[32m"
        case .warning: "\u{1B}[33m"
        case .error, .critical: "\u{1B}[31m"
        }
    }
}
