import HobClient
import HobProtocol
import HobSystem
import HobTestKit
import Testing

@Suite("Projects", .blocking)
struct ProjectTests {
    private static let file = """
        services:
          web: { command: sleep 60, instances: 2, port: 18080 }
          migrate: { command: 'true', type: task }

        """

    @Test("up -d sends all definitions and wants them up")
    func up() throws {
        let project = try PlayedProject(Self.file) { _, client in
            client.done(
                [Outcome(instance: "web@1", kind: .started, pid: 5)],
                changes: [Change(service: "web", kind: .add, before: 0, after: 2)], revision: 4)
        }
        let run = try project.hob("up", "-d", "web", "--timeout", "1m")
        #expect(run.code == 0, "\(run.errors)")
        #expect(run.errors.hasSuffix("hob: 1 instance up (revision 4)\n"))
        let received = try #require(project.supervisor?.received.first)
        #expect(received.request.verb == .apply)
        #expect(received.request.up)
        #expect(received.request.targets == ["web"])
        #expect(received.request.wait == 60_000)
        #expect(received.request.count == received.lines.count)
        #expect(received.lines.count == 3)
        #expect(received.lines.compactMap { $0["name"]?.text } == ["web", "migrate"])
        #expect(received.lines.first?["environment"]?.texts?.contains("HOME=/") == true)
    }

    @Test("What is not ready in time is explained, and the code is 2")
    func notReady() throws {
        let project = try PlayedProject(Self.file) { received, client in
            switch received.request.verb {
            case .apply: client.done([Outcome(instance: "web@1", kind: .timedOut, elapsed: 60_000)])
            case .status:
                client.send(.status(.of("web@1", .waiting) { $0.waitsFor = ["redis"] }))
                client.done()
            default: client.done()
            }
        }
        let run = try project.hob("up", "-d")
        #expect(run.code == 2)
        #expect(run.errors.contains("hob: web@1 is not ready yet after 1m; the supervisor goes on\n"))
        #expect(run.errors.contains("  waiting: waits for redis\n"))
    }

    @Test("Bad input: every mistake with its place, 78, and nobody is asked", arguments: ["up", "plan", "check"])
    func badConfiguration(verb: String) throws {
        let project = try PlayedProject("services:\n  web:\n    comand: sleep 60\n") { _, client in client.done() }
        let run = try project.hob(verb)
        #expect(run.code == 78)
        #expect((run.errors + run.output).contains("hob.yml:3:5: unknown key 'comand' in service 'web'"))
        #expect(project.supervisor?.received.isEmpty == true)
    }

    @Test("check as JSON has errors with line and column")
    func checkJSON() throws {
        let project = try PlayedProject("services:\n  web:\n    comand: sleep 60\n", answer: nil)
        let run = try project.hob("check", "--json")
        #expect(run.code == 78)
        let value = try JSONReader.read(run.output)
        #expect(value["ok"]?.bool == false)
        #expect(value["errors"]?.elements?.contains { $0["line"]?.integer == 3 && $0["column"]?.integer == 5 } == true)
        #expect(try PlayedProject(answer: nil).hob("check").code == 0)
    }

    @Test("plan asks the supervisor; without one everything is new")
    func plan() throws {
        let project = try PlayedProject(Self.file) { _, client in
            client.done(changes: [
                Change(service: "web", kind: .restart, keys: ["command"]), Change(service: "old", kind: .remove),
                Change(service: "migrate", kind: .unchanged),
            ])
        }
        let run = try project.hob("plan")
        #expect(run.lines == ["~ web restarts: command", "- old", "1 to change, 1 to remove, 1 unchanged"])
        #expect(project.supervisor?.received.first?.request.verb == .plan)
        let alone = try PlayedProject(Self.file, answer: nil).hob("plan")
        #expect(alone.lines == ["+ web (2 instances)", "+ migrate", "2 to add"])
        let json = try PlayedProject(Self.file, answer: nil).hob("plan", "--json")
        #expect(try JSONReader.read(json.output).elements?.count == 2)
    }

    @Test("ensure applies only where nothing was applied before")
    func ensure() throws {
        let project = try PlayedProject(Self.file) { _, client in
            client.done([Outcome(instance: "web@1", kind: .alreadyUp, pid: 5)])
        }
        #expect(try project.hob("ensure", "web").code == 0)
        #expect(project.supervisor?.received.map(\.request.verb) == [.start])
    }

    @Test("In a running project, Ctrl-C in the foreground only detaches")
    func foregroundAttached() throws {
        let project = try PlayedProject(Self.file) { received, client in
            if received.request.verb == .apply { client.done() }
        }
        try project.log("web@1", [(1, "old")])
        let running = try project.start("up")
        #expect(running.waitUntilWritten("is running already"))
        #expect(project.supervisor?.waitForRequest { $0.verb == .apply } != nil)
        let file = try Descriptor.open(project.directory.path(of: ".hob/logs/web@1.log"), flags: [.writeOnly, .append])
        try file.writeAll("2026-01-31T12:00:00.123Z hello\n")
        #expect(running.waitUntilWritten("web@1 "))
        try running.signal(.interrupt)
        let run = try running.finish()
        #expect(run.code == 0)
        #expect(run.output.contains("| hello\n") && !run.output.contains("old"))
        #expect(run.lines.last?.contains("detached") == true)
        #expect(
            project.supervisor?.received.contains { $0.request.verb == .down || $0.request.verb == .attach } == false)
    }
}
