import HobClient
import HobProtocol
import HobSystem
import HobTestKit
import Testing

@Suite("Connections to a supervisor")
struct SupervisorConnectionTests {
    private let directory: TestDirectory

    init() throws {
        directory = try TestDirectory("hob-run")
    }

    private func connect() throws -> SupervisorConnection {
        try SupervisorConnection.open(in: directory.descriptor)
    }

    private func error(_ body: () throws -> Void) -> ClientError? {
        do {
            try body()
            return nil
        } catch {
            return error as? ClientError
        }
    }

    @Test("Nobody listening is told apart from a supervisor that does not answer")
    func nobody() throws {
        #expect(error { _ = try connect() }?.code == .noSupervisor)
        let silent = try ScriptedSupervisor(in: directory.descriptor, greeting: "") { _, _ in }
        let refusal = error {
            _ = try SupervisorConnection.open(in: directory.descriptor, until: .now() + .milliseconds(50))
        }
        #expect(refusal?.code == .timedOut)
        withExtendedLifetime(silent) {}
    }

    @Test("Another protocol and another program are refused with a sentence")
    func mismatch() throws {
        let newer = try ScriptedSupervisor(
            in: directory.descriptor, greeting: #"{"hob":99,"version":"7.0.0","pid":1,"revision":0}"#
        ) { _, _ in }
        let refusal = error { _ = try connect() }
        #expect(refusal?.code == .protocolMismatch)
        #expect(refusal?.message.contains("hobd 7.0.0 speaks protocol 99") == true)
        withExtendedLifetime(newer) {}
        let other = try TestDirectory("hob-run")
        let stranger = try ScriptedSupervisor(in: other.descriptor, greeting: "220 mail.example ESMTP") { _, _ in }
        #expect(error { _ = try SupervisorConnection.open(in: other.descriptor) }?.code == .protocolMismatch)
        withExtendedLifetime(stranger) {}
    }

    @Test("Replies come in order, and those of other requests are passed over")
    func perform() throws {
        let supervisor = try ScriptedSupervisor(in: directory.descriptor) { received, client in
            let status = InstanceStatus(
                instance: "web", service: "web", index: 1, kind: .service, wanted: .up, state: .ready)
            client.sendRaw(Reply(id: "somebody-else", body: .done(outcomes: [], changes: [], revision: 9)).json.line)
            client.send(.status(status))
            client.done(revision: 3)
        }
        let connection = try connect()
        #expect(connection.greeting.revision == 1)
        #expect(try connection.statuses(of: ["web"]).map(\.instance) == ["web"])
        #expect(supervisor.received.map(\.request.targets) == [["web"]])
        #expect(connection.makeRequestID() != connection.makeRequestID())
    }

    @Test("A failure of the supervisor arrives as it is")
    func failure() throws {
        let supervisor = try ScriptedSupervisor(in: directory.descriptor) { _, client in
            client.send(.failed(Failure(.unknownTarget, "there is no 'x'")))
        }
        let connection = try connect()
        #expect(throws: Failure(.unknownTarget, "there is no 'x'")) { try connection.statuses(of: ["x"]) }
        withExtendedLifetime(supervisor) {}
    }

    @Test(
        "A supervisor that goes away, stalls or talks nonsense ends the wait", arguments: ["away", "stall", "nonsense"])
    func endings(kind: String) throws {
        let supervisor = try ScriptedSupervisor(in: directory.descriptor) { _, client in
            switch kind {
            case "away": client.hangUp()
            case "nonsense": client.sendRaw("what?")
            default: break
            }
        }
        let connection = try connect()
        let request = Request(id: "1", verb: .start)
        let failure = error { _ = try connection.perform(request, until: .now() + .milliseconds(200)) }
        let expected: [String: ClientError.Code] = [
            "away": .connectionLost, "stall": .timedOut, "nonsense": .protocolMismatch,
        ]
        #expect(failure?.code == expected[kind])
        withExtendedLifetime(supervisor) {}
    }

    @Test("Megabytes of definitions go out while replies come in")
    func largeRequest() throws {
        let supervisor = try ScriptedSupervisor(in: directory.descriptor) { received, client in
            client.done(revision: received.lines.count)
        }
        let connection = try connect()
        var request = Request(id: "1", verb: .apply)
        let lines = (0..<3_000).map { JSONValue.string("\($0)" + String(repeating: "x", count: 1_000)) }
        request.count = lines.count
        let result = try connection.perform(request, following: lines, until: .now() + .seconds(30))
        #expect(result.revision == 3_000)
        #expect(supervisor.received.first?.lines.last == lines.last)
    }
}
