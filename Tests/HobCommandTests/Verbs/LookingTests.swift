import HobClient
import HobProtocol
import HobSystem
import HobTestKit
import Testing

@Suite("Looking", .blocking)
struct LookingTests {
    private func project(_ statuses: [InstanceStatus]) throws -> PlayedProject {
        try PlayedProject { received, client in
            let targets = received.request.targets
            let found = statuses.filter {
                targets.isEmpty || targets.contains($0.instance) || targets.contains($0.service)
            }
            guard received.request.verb == .status, !found.isEmpty || targets.isEmpty else {
                return received.request.verb == .status
                    ? client.send(.failed(Failure(.unknownTarget, "there is no 'x'"))) : client.done()
            }
            for status in found { client.send(.status(status)) }
            client.done(revision: 1)
        }
    }

    @Test("Row 115: status as text and as JSON, with its codes")
    func status() throws {
        let project = try project([.of("web@1", .ready) { $0.pid = 7 }, .of("redis", .backingOff)])
        let text = try project.hob("status")
        #expect(text.lines.count == 3)
        #expect(text.lines.first?.hasPrefix("NAME") == true)
        #expect(text.code == 1)
        let json = try project.hob("status", "--json")
        #expect(try JSONReader.read(json.output).elements?.map { $0["instance"]?.text } == ["web@1", "redis"])
        #expect(json.lines.count == 1)
        #expect(try project.hob("status", "web").code == 0)
        #expect(try project.hob("status", "redis").code == 3)
        let unknown = try project.hob("status", "x")
        #expect(unknown.code == 4)
        #expect(unknown.errors == "hob: there is no 'x'\n")
    }

    @Test("Row 115: without a supervisor, 69 without a name; 3 or 4 with one that hob.yml knows or not")
    func statusWithoutSupervisor() throws {
        let project = try PlayedProject(answer: nil)
        #expect(try project.hob("status").code == 69)
        #expect(try project.hob("status", "web@1").code == 3)
        #expect(try project.hob("status", "nobody").code == 4)
        let json = try project.hob("status", "--json")
        #expect(json.output == "[]\n" && json.code == 69)
        #expect(try project.hob("status", "--wait", "stopped").code == 0)
    }

    @Test("Row 115: waiting for a state honours its limit")
    func waitLimit() throws {
        let project = try project([.of("web", .starting)])
        let began = MonotonicTime.now()
        let run = try project.hob("status", "web", "--wait", "ready", "--timeout", "300ms")
        #expect(run.code == 2)
        #expect(run.errors == "hob: not ready after 300ms\n")
        #expect(MonotonicTime.now() - began < .seconds(20))
    }

    @Test("Waiting ends with the event that brings the state")
    func waitEnds() throws {
        let gate = try Descriptor.eventCounter()
        let project = try PlayedProject { received, client in
            switch received.request.verb {
            case .events:
                // The first look comes before the event.
                _ = gate.waitReadable(until: .now() + .seconds(20))
                client.send(.event(.state("web", .ready)))
            case .status:
                let isFirst = (try? gate.available()) == nil && !gate.waitReadable(until: .now())
                client.send(.status(.of("web", isFirst ? .starting : .ready)))
                client.done()
                if isFirst { try? gate.writeAll([1, 0, 0, 0, 0, 0, 0, 0]) }
            default: client.done()
            }
        }
        let run = try project.hob("status", "web", "--wait", "ready", "--timeout", "30s")
        #expect(run.code == 0)
        #expect(run.lines.last?.contains("ready") == true)
    }

    @Test("why tells state, last end and last words, as text and as JSON")
    func why() throws {
        let project = try project([
            .of("web", .failed) {
                $0.reason = "11 ends in 10s"
                $0.lastExit = ExitRecord(text: "exited with status 1", status: 1, signal: nil, time: 0, pid: 9)
            }
        ])
        try project.log("web", (1...15).map { (Int64($0), "line \($0)") })
        let text = try project.hob("why", "web")
        #expect(text.code == 0)
        #expect(text.lines.first?.hasPrefix("web has failed") == true)
        #expect(text.output.contains("because    11 ends in 10s"))
        #expect(text.lines.suffix(10) == (6...15).map { "    line \($0)" }[...])
        let json = try JSONReader.read(try project.hob("why", "web", "--json", "-n", "2").output)
        #expect(json.elements?.first?["log"]?.texts == ["line 14", "line 15"])
    }

    @Test("Events end with the number to go on from")
    func events() throws {
        let project = try PlayedProject { received, client in
            client.send(.event(.state("web", .ready, sequence: (received.request.since ?? 0) + 1, time: 0)))
            client.done()
        }
        let run = try project.hob("events", "--since", "41")
        #expect(run.output == "1970-01-01T00:00:00.000Z #42 web ready\n")
        #expect(run.errors == "hob: go on with --since 42\n")
        let json = try project.hob("events", "--json")
        #expect(try JSONReader.read(json.output)["sequence"]?.integer == 1)
        #expect(json.errors.isEmpty)
    }

    @Test("Following events goes on in the supervisor's next life, from the last number")
    func followEvents() throws {
        let project = try PlayedProject { received, client in
            guard received.request.since == nil else {
                client.send(.event(.state("web", .stopped, sequence: (received.request.since ?? 0) + 1, time: 0)))
                client.done()
                return
            }
            client.send(.event(.state("web", .ready, sequence: 7, time: 0)))
            client.hangUp()
        }
        let run = try project.hob("events", "-f")
        #expect(run.code == 0)
        #expect(run.lines.count == 2)
        #expect(run.lines.last?.contains("#8 web stopped") == true)
        #expect(run.errors == "hob: go on with --since 8\n")
    }
}
