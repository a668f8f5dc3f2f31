import HobProtocol
import Logging

/// Writes a record for machines.
enum JSONLine {
    static func line(of record: LogRecord, showsCaller: Bool) -> [UInt8] {
        JSONWriter.line(of: object(of: record, showsCaller: showsCaller))
    }

    static func object(of record: LogRecord, showsCaller: Bool, extra: [JSONMember] = []) -> JSONValue {
        var members: [JSONMember] = [
            JSONMember("time", .string(LogStamp.rfc3339(record.milliseconds))),
            JSONMember("level", .string(record.level.rawValue)),
            JSONMember("daemon", .string(record.daemon)),
            JSONMember("pid", .integer(Int64(record.pid))),
            JSONMember("label", .string(record.label)),
            JSONMember("source", .string(record.source)),
            JSONMember("message", .string(record.message)),
        ]
        if let failure = record.failure {
            members.append(
                JSONMember(
                    "error",
                    .object([
                        JSONMember("type", .string(failure.type)), JSONMember("message", .string(failure.message)),
                    ])))
        }
        if !record.metadata.isEmpty { members.append(JSONMember("metadata", value(of: .dictionary(record.metadata)))) }
        if showsCaller {
            members += [
                JSONMember("file", .string(record.file)), JSONMember("line", .integer(Int64(record.line))),
                JSONMember("function", .string(record.function)),
            ]
        }
        return .object(members + extra)
    }

    private static func value(of value: Logger.Metadata.Value) -> JSONValue {
        switch value {
        case .string(let text): .string(text)
        case .stringConvertible(let value): scalar(value)
        case .array(let values): .array(values.map(self.value))
        case .dictionary(let values):
            .object(values.sorted { $0.key < $1.key }.map { JSONMember($0.key, self.value(of: $0.value)) })
        }
    }

    /// Numbers and truths stay what they are.
    private static func scalar(_ value: any CustomStringConvertible) -> JSONValue {
        switch value {
        case let bool as Bool: .bool(bool)
        case let number as any BinaryInteger:
            Int64(exactly: number).map(JSONValue.integer) ?? .string(value.description)
        case let number as Double: .number(number)
        default: .string(value.description)
        }
    }
}
