import Logging

/// Writes a record for a syslog daemon.
enum SyslogMessage {
    static func bytes(
        of record: LogRecord, dialect: SyslogDialect, facility: SyslogFacility, host: String
    ) -> [UInt8] {
        let priority = Int(facility.rawValue) * 8 + severity(of: record.level)
        let body = TextLine.body(of: record)
        let text =
            switch dialect {
            case .rfc3164:
                "<\(priority)>\(LogStamp.rfc3164(record.milliseconds)) "
                    + "\(word(record.daemon, limit: 32))[\(record.pid)]: \(body)"
            case .rfc5424:
                "<\(priority)>1 \(LogStamp.rfc3339(record.milliseconds)) \(host) "
                    + "\(word(record.daemon, limit: 48)) \(record.pid) - - \(body)"
            }
        return Array(text.utf8)
    }

    /// The number that syslog and the journal have for a level: 7 is debug, 2 is critical.
    static func severity(of level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// Printable ASCII without blanks, `-` for nothing.
    static func word(_ text: String, limit: Int) -> String {
        let bytes = text.utf8.prefix(limit).map { (0x21...0x7E).contains($0) ? $0 : UInt8(ascii: "_") }
        return bytes.isEmpty ? "-" : String(decoding: bytes, as: UTF8.self)
    }
}
