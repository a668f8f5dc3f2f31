import HobClient
import HobProtocol

/// Writes log lines to standard output in large pieces.
struct LogLineWriter {
    private var prefix: LogPrefix
    private let asJSON: Bool
    private let console: Console
    private var buffer: [UInt8] = []

    init(prefix: LogPrefix, asJSON: Bool, console: Console) {
        self.prefix = prefix
        self.asJSON = asJSON
        self.console = console
    }

    mutating func write(_ line: LogLine) {
        buffer += asJSON ? JSONWriter.line(of: Self.json(line)) : prefix.bytes(of: line)
        if buffer.count >= 65_536 { flush() }
    }

    /// Writes out what is waiting; what a person follows must not wait for more.
    mutating func flush() {
        guard !buffer.isEmpty else { return }
        console.write(buffer)
        buffer.removeAll(keepingCapacity: true)
    }

    static func json(_ line: LogLine) -> JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("instance", line.instance)
        if line.hasStamp { builder.add("time", RFC3339.format(line.time)) }
        builder.add("line", String(decoding: line.text, as: UTF8.self))
        return builder.object
    }
}
