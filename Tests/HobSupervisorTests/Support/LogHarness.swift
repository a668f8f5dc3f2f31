import Glibc
import HobSupervisor
import HobSupervisorCore
import HobSystem
import HobTestKit
import Testing

/// A log directory, a runtime directory and, at times, a pipeline between them.
final class LogHarness: Sendable {
    let root: TestDirectory
    let logs: Descriptor
    let runtime: Descriptor
    let events = EventRecord<LogEvent>()

    init() throws {
        root = try TestDirectory("hob-logs")
        try root.descriptor.makeDirectory("logs", mode: 0o750)
        try root.descriptor.makeDirectory("run")
        logs = try Descriptor.open("logs", in: root.descriptor, flags: [.readOnly, .directory])
        runtime = try Descriptor.open("run", in: root.descriptor, flags: [.readOnly, .directory])
    }

    /// Starts a pipeline whose events are recorded.
    func start() throws -> LogPipeline {
        let events = events
        return try LogPipeline(logs: logs, runtime: runtime) { events.append($0) }
    }

    /// A FIFO and a description of it.
    func fifo(_ name: String) throws -> (FIFO, Descriptor) {
        let fifo = try FIFO.make(at: name, in: runtime)
        return (fifo, try fifo.openReadWrite())
    }

    /// Drains a slot and waits until all is in the file.
    func drain(_ pipeline: LogPipeline, slot: Int, token: UInt64 = 1, endsLine: Bool = false) throws {
        let token = token << 32 | UInt64.random(in: 0..<1 << 32)
        pipeline.drain(slot: slot, token: token, endsLine: endsLine)
        try events.wait { $0 == .drained(slot: slot, token: token) }
    }

    /// The text of a log file.
    func text(_ name: String) -> String {
        guard let file = try? Descriptor.open(name, in: logs), let bytes = try? file.readAll(limit: 64 << 20) else {
            return "(no \(name))"
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text of an instance's files, finished ones first.
    func text(inOrder names: [String]) -> String {
        let finished = names.filter { !$0.hasSuffix(".log") }.sorted()
        return (finished + names.filter { $0.hasSuffix(".log") }).map { text($0) }.joined()
    }

    /// The names in the log directory, in order.
    func names() throws -> [String] { try logs.names().sorted() }
}

/// What was reported, in order, for tests that wait for it.
final class EventRecord<Event: Sendable>: Sendable {
    fileprivate let monitor = Monitor<[Event]>([])

    var all: [Event] { monitor.withLock { $0 } }

    func append(_ event: Event) {
        monitor.withLock { $0.append(event) }
        monitor.broadcast()
    }

    /// Waits for an event; all that came are in the error when it does not come.
    @discardableResult
    func wait(within patience: Duration = .seconds(30), for isWanted: (Event) -> Bool) throws -> Event {
        let found = monitor.wait(until: MonotonicTime.now() + patience) { events in events.first(where: isWanted) }
        guard let found else {
            throw SystemError(code: ETIMEDOUT, message: "the event did not come; these did: \(all)")
        }
        return found
    }
}

extension EventRecord {
    /// Waits until so many such events have come.
    func waitForCount(_ count: Int, within patience: Duration = .seconds(30), of isWanted: (Event) -> Bool) throws {
        let isThere = monitor.wait(until: MonotonicTime.now() + patience) { events in
            events.count(where: isWanted) >= count ? true : nil
        }
        if isThere == nil {
            throw SystemError(code: ETIMEDOUT, message: "\(count) such events did not come; these did: \(all)")
        }
    }
}

/// Lines without their stamps; a line without one is an issue.
func unstamped(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(text.hasSuffix("\n") ? 1 : 0).map { line in
        let bytes = Array(line.utf8)
        if bytes.count < 25 || bytes[10] != UInt8(ascii: "T") || bytes[23] != UInt8(ascii: "Z") {
            Issue.record("no stamp: \(line)")
        }
        return String(decoding: bytes.dropFirst(25), as: UTF8.self)
    }
}
