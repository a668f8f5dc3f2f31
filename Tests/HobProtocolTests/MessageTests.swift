import HobProtocol
import Testing

/// Every message there and back, from an older and a newer side.
@Suite struct MessageTests {
    /// A message and what proves that it survived.
    struct Sample: CustomTestStringConvertible, Sendable {
        let name: String
        let json: JSONValue
        /// Reads the text and gives it back as JSON; nil when it is not equal to what was written.
        let reread: @Sendable (JSONValue) throws(JSONError) -> JSONValue?

        init<Message: JSONCodable & Equatable>(_ name: String, _ message: Message) {
            self.name = name
            json = message.json
            reread = { json throws(JSONError) in
                let read = try Message(json: json)
                return read == message ? read.json : nil
            }
        }

        var testDescription: String { name }
    }

    private static let event = EventRecord(
        sequence: 7, time: 1_700_000_000_000, kind: .state, instance: "web@2", state: .backingOff, pid: 42,
        message: "it \"ended\"\n")

    private static var fullStatus: InstanceStatus {
        var status = InstanceStatus(
            instance: "web@2", service: "web", index: 2, kind: .task, wanted: .up, state: .ready)
        status.pid = 42
        status.generation = 3
        status.restarts = 2
        status.since = 1_700_000_000_000
        status.uptime = 5_000
        status.reason = "r"
        status.next = "n"
        status.nextIn = 12
        status.waitsFor = ["db"]
        status.lastExit = ExitRecord(text: "exited with status 1", status: 1, signal: nil, time: 5, pid: 41)
        status.statusText = "serving"
        status.port = 8_081
        status.groups = ["front"]
        status.leftovers = [7, 8]
        return status
    }

    private static var fullRequest: Request {
        var request = Request(id: "a-1", verb: .apply, targets: ["web*", "/x/"])
        request.wait = 30_000
        request.rolling = true
        request.force = true
        request.signal = 10
        request.scales = [Request.Scale(service: "web", instances: 7)]
        request.count = 3
        request.up = true
        request.since = 99
        request.follow = true
        return request
    }

    static var samples: [Sample] {
        let outcome = Outcome(
            instance: "web@1", kind: .timedOut, pid: 42, status: 3, message: "still starting", elapsed: 1_234)
        let change = Change(service: "web", kind: .scale, keys: ["environment.A"], before: 1, after: 4)
        let status = InstanceStatus(
            instance: "web", service: "web", index: 1, kind: .service, wanted: .down, state: .stopped)
        var samples = [
            Sample("request", fullRequest), Sample("least request", Request(id: "", verb: .status)),
            Sample("status", fullStatus), Sample("least status", status), Sample("event", event),
            Sample("least event", EventRecord(sequence: 0, time: 0, kind: .warning)), Sample("outcome", outcome),
            Sample("least outcome", Outcome(instance: "web", kind: .accepted)), Sample("change", change),
            Sample("least change", Change(service: "web", kind: .unchanged)),
            Sample("greeting", Greeting(version: "0.1.0", pid: 1, revision: 12)),
            Sample("exit by signal", ExitRecord(text: "t", status: nil, signal: 9, time: 1, pid: 2)),
            Sample("failure", Failure(.unknownTarget, "no 'x'")),
            Sample("progress", Reply(id: "a", body: .progress(event))),
            Sample("event reply", Reply(id: "a", body: .event(event))),
            Sample("status reply", Reply(id: "a", body: .status(fullStatus))),
            Sample("done", Reply(id: "a", body: .done(outcomes: [outcome], changes: [change], revision: 3))),
            Sample("least done", Reply(id: "a", body: .done(outcomes: [], changes: [], revision: nil))),
            Sample("failed", Reply(id: "a", body: .failed(Failure(.system, "disk full")))),
        ]
        samples += Request.Verb.allCases.map { Sample("verb \($0.rawValue)", Request(id: "i", verb: $0)) }
        samples += Failure.Code.allCases.map { Sample("code \($0.rawValue)", Failure($0, "m")) }
        samples += Outcome.Kind.allCases.map { Sample("outcome \($0.rawValue)", Outcome(instance: "i", kind: $0)) }
        samples += Change.Kind.allCases.map { Sample("change \($0.rawValue)", Change(service: "s", kind: $0)) }
        samples += EventRecord.Kind.allCases.map {
            Sample("event \($0.rawValue)", EventRecord(sequence: 1, time: 2, kind: $0))
        }
        samples += ActualState.allCases.map {
            Sample("state \($0.rawValue)", EventRecord(sequence: 1, time: 2, kind: .state, state: $0))
        }
        return samples
    }

    @Test(arguments: samples) func `every message reads as what was written`(sample: Sample) throws {
        #expect(try sample.reread(try JSONReader.read(sample.json.line)) == sample.json)
    }

    @Test(arguments: samples) func `members that only a newer side knows are passed over`(sample: Sample) throws {
        var members = try #require(sample.json.members)
        members.insert(JSONMember("aNewerMember", .object([JSONMember("deep", .array([.null]))])), at: 0)
        members.append(JSONMember("another", .number(1.5)))
        #expect(try sample.reread(.object(members)) == sample.json)
    }

    @Test(arguments: samples) func `no message of the wrong shape is taken, and none traps`(sample: Sample) throws {
        let members = try #require(sample.json.members)
        for wrong in [JSONValue.null, .bool(true), .integer(-1), .number(0.5), .string("x"), .array([.null])] {
            #expect(throws: JSONError.self) { try sample.reread(wrong) }
            for index in members.indices {
                var changed = members
                changed[index].value = wrong
                // Whatever it makes of it, it makes it without a trap; what it takes is not what was written.
                let result = try? sample.reread(.object(changed))
                #expect(result == nil || wrong == members[index].value || wrong == .null)
            }
        }
    }

    @Test func `bad input: an error names the member and what it must be`() {
        func message(_ text: String) -> String? {
            do throws(JSONError) {
                _ = try Request(json: JSONReader.read(text))
                return nil
            } catch {
                return error.description
            }
        }
        #expect(message("{}") == "request: 'id' is missing")
        #expect(message("[]") == "request: expected an object")
        #expect(message(#"{"id":1,"verb":"stop"}"#) == "request: 'id' must be a string")
        #expect(message(#"{"id":"a","verb":"halt"}"#)?.hasPrefix("request: 'verb' must be one of apply, plan") == true)
        #expect(
            message(#"{"id":"a","verb":"signal","signal":99999999999}"#)
                == "request: 'signal' must be a whole number that fits")
        #expect(message(#"{"id":"a","verb":"stop","targets":[1]}"#) == "request: 'targets' must be an array of strings")
        #expect(message(#"{"id":"a","verb":"stop","force":1}"#) == "request: 'force' must be true or false")
        let long = String(repeating: "a", count: 65)
        #expect(message(#"{"id":"\#(long)","verb":"stop"}"#) == "request: 'id' must be at most 64 bytes long")
        #expect(message("{\"id\":") == "byte 6: the text ends too early")
    }

    @Test func `an answer carries what is not stored beside its outcomes`() throws {
        var reply = Reply(
            id: "1", body: .done(outcomes: [Outcome(instance: "web", kind: .stopped)], changes: [], revision: 2))
        reply.unstored = "the disk is full"
        reply.notes = ["waiting for a log"]
        #expect(try Reply(json: reply.json) == reply)
        reply.unstored = nil
        reply.notes = []
        #expect(!reply.json.line.contains("unstored"))
    }

    @Test func `only done and failed end a request`() {
        let bodies: [Reply.Body] = [
            .progress(Self.event), .event(Self.event), .status(Self.fullStatus),
            .done(outcomes: [], changes: [], revision: nil), .failed(Failure(.failed, "m")),
        ]
        #expect(bodies.map { Reply(id: "a", body: $0).isFinal } == [false, false, false, true, true])
    }

    @Test func `no value of a definition stands in a change`() {
        let change = Change(service: "web", kind: .restart, keys: ["environment.SECRET"])
        #expect(change.json.line == #"{"service":"web","kind":"restart","keys":["environment.SECRET"]}"#)
    }
}
