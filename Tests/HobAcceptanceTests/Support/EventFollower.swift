import Glibc
import HobProtocol
import HobSystem
import HobTestKit

/// `hob events --follow`: what a test waits on instead of sleeping.
final class EventFollower {
    /// Every event so far, from the first one on.
    private(set) var events: [EventRecord] = []
    private let child: TestChild
    private var framer = LineFramer()

    init(in directory: String, environment: [String], user: UInt32? = nil) throws {
        var request = SpawnRequest(
            executable: FixtureProgram.path(of: "hob"),
            arguments: ["events", "--follow", "--json", "--since", "0"])
        request.directory = directory
        request.environment = environment
        request.become(user)
        child = try TestChild(request)
    }

    /// Waits for the first event, of those seen already too, that is meant.
    @discardableResult
    func wait(
        _ what: String, within patience: Duration = .seconds(30), after sequence: UInt64 = 0,
        _ isMeant: (EventRecord) -> Bool
    ) throws -> EventRecord {
        try wait(what, count: 1, within: patience, after: sequence, isMeant)[0]
    }

    /// Waits until so many events are meant.
    @discardableResult
    func wait(
        _ what: String, count: Int, within patience: Duration = .seconds(30), after sequence: UInt64 = 0,
        _ isMeant: (EventRecord) -> Bool
    ) throws -> [EventRecord] {
        let deadline = MonotonicTime.now() + patience
        var checked = 0
        var found: [EventRecord] = []
        while true {
            while checked < events.count {
                let event = events[checked]
                checked += 1
                if event.sequence > sequence, isMeant(event) { found.append(event) }
                if found.count == count { return found }
            }
            guard child.output.waitReadable(until: deadline) else {
                throw SystemError(code: ETIMEDOUT, message: "no \(what) within \(patience); events:\n\(text)")
            }
            try receive(what)
        }
    }

    /// The events as text, for messages.
    var text: String { events.map(\.json.line).joined(separator: "\n") }

    private func receive(_ what: String) throws {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = try chunk.withUnsafeMutableBytes { try child.output.read(into: $0) } ?? 0
        guard count > 0 else {
            throw SystemError(code: EPIPE, message: "the events ended before \(what):\n\(text)")
        }
        for case .line(let line) in framer.receive(chunk[..<count]) {
            // Notes for people share the pipe with the events.
            guard line.first == UInt8(ascii: "{") else { continue }
            events.append(try EventRecord(json: JSONReader.read(line)))
        }
    }
}
