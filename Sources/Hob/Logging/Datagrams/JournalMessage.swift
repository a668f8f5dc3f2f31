import Logging

/// Writes a record in the journal's native protocol: one field a line, or with its length when it has lines itself.
enum JournalMessage {
    private static let longestName = 64
    /// Names that a record's own fields have.
    private static let taken: Set<String> = [
        "MESSAGE", "PRIORITY", "SYSLOG_IDENTIFIER", "SYSLOG_PID", "LOGGER", "SOURCE", "CODE_FILE", "CODE_LINE",
        "CODE_FUNC", "ERROR_TYPE", "ERROR_MESSAGE",
    ]

    static func bytes(of record: LogRecord) -> [UInt8] {
        var bytes: [UInt8] = []
        var message = record.message
        if let failure = record.failure { message += ": \(failure.type): \(failure.message)" }
        append("MESSAGE", message, to: &bytes)
        append("PRIORITY", String(SyslogMessage.severity(of: record.level)), to: &bytes)
        append("SYSLOG_IDENTIFIER", record.daemon, to: &bytes)
        append("SYSLOG_PID", String(record.pid), to: &bytes)
        append("LOGGER", record.label, to: &bytes)
        append("SOURCE", record.source, to: &bytes)
        append("CODE_FILE", record.file, to: &bytes)
        append("CODE_LINE", String(record.line), to: &bytes)
        append("CODE_FUNC", record.function, to: &bytes)
        if let failure = record.failure {
            append("ERROR_TYPE", failure.type, to: &bytes)
            append("ERROR_MESSAGE", failure.message, to: &bytes)
        }
        for (key, value) in record.sortedMetadata { append(name(of: key), value.description, to: &bytes) }
        return bytes
    }

    /// Capital letters, digits and underscores, beginning with a letter: the journal drops every other field.
    static func name(of key: String) -> String {
        let name = key.utf8.map { byte -> UInt8 in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 32
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): byte
            default: UInt8(ascii: "_")
            }
        }
        let text = String(decoding: name.drop { $0 == UInt8(ascii: "_") }.prefix(longestName), as: UTF8.self)
        let isFree = text.utf8.first.map { $0 > UInt8(ascii: "9") } ?? false && !taken.contains(text)
        return isFree ? text : String("FIELD_\(text)".prefix(longestName))
    }

    private static func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
        bytes += name.utf8
        if value.utf8.contains(UInt8(ascii: "\n")) {
            bytes.append(UInt8(ascii: "\n"))
            withUnsafeBytes(of: UInt64(value.utf8.count).littleEndian) { bytes += $0 }
        } else {
            bytes.append(UInt8(ascii: "="))
        }
        bytes += value.utf8
        bytes.append(UInt8(ascii: "\n"))
    }
}
