import HobClient
import HobProtocol
import HobSystem
import HobTestKit
import Testing

@Suite("Logs", .blocking)
struct LogsTests {
    private func logs() throws -> PlayedProject {
        let project = try PlayedProject(answer: nil)
        try project.log("web@1", [(1_000, "one"), (3_000, "three"), (5_000, "five")])
        try project.log("web@2", [(2_000, "two"), (4_000, "four")])
        try project.log("redis", [(2_500, "redis")])
        return project
    }

    @Test("Without a supervisor, logs are merged by time across instances")
    func merged() throws {
        let project = try logs()
        let run = try project.hob("logs")
        #expect(
            run.lines == [
                "web@1 | 1970-01-01T00:00:01.000Z one", "web@2 | 1970-01-01T00:00:02.000Z two",
                "redis | 1970-01-01T00:00:02.500Z redis", "web@1 | 1970-01-01T00:00:03.000Z three",
                "web@2 | 1970-01-01T00:00:04.000Z four", "web@1 | 1970-01-01T00:00:05.000Z five",
            ])
        #expect(try project.hob("logs", "-n", "2", "web").lines.count == 2)
        #expect(try project.hob("logs", "-n", "2", "web").lines.last?.hasSuffix("five") == true)
    }

    @Test("One instance has no prefix; stamps can be left out; --since and globs choose")
    func choices() throws {
        let project = try logs()
        #expect(try project.hob("logs", "redis", "--no-timestamps").output == "redis\n")
        #expect(try project.hob("logs", "--since", "1970-01-01T00:00:04Z").lines.count == 2)
        #expect(try project.hob("logs", "we*", "--no-timestamps").lines.count == 5)
        #expect(try project.hob("logs", "/^web@[2-9]$/").lines.count == 2)
        let json = try project.hob("logs", "redis", "--json")
        #expect(json.output == #"{"instance":"redis","time":"1970-01-01T00:00:02.500Z","line":"redis"}"# + "\n")
    }

    @Test("A name without logs is an error; a project without logs, too")
    func missing() throws {
        let project = try logs()
        let run = try project.hob("logs", "nobody")
        #expect(run.code == 1)
        #expect(run.errors == "hob: there are no logs of nobody\n")
        #expect(try project.hob("logs", "wbe").errors == "hob: there are no logs of wbe: did you mean 'web'?\n")
        #expect(try PlayedProject(answer: nil).hob("logs").code == 1)
    }

    @Test("A running supervisor is asked to flush first, and knows groups")
    func flushes() throws {
        let project = try PlayedProject { received, client in
            if received.request.verb == .status, received.request.targets == ["frontend"] {
                client.send(.status(.of("web@1", .ready)))
            }
            client.done()
        }
        try project.log("web@1", [(1_000, "one")])
        try project.log("redis", [(2_500, "redis")])
        #expect(try project.hob("logs", "frontend", "--no-timestamps").output == "web@1 | one\n")
        #expect(project.supervisor?.received.first?.request.verb == .flush)
    }

    @Test("-f shows the last lines, then what comes")
    func follows() throws {
        let project = try logs()
        let running = try project.start("logs", "-f", "-n", "1", "web", "--no-timestamps")
        #expect(running.waitUntilWritten("five"))
        let file = try Descriptor.open(
            project.directory.path(of: ".hob/logs/web@2.log"), flags: [.writeOnly, .append])
        try file.writeAll("1970-01-01T00:00:06.000Z six\n")
        #expect(running.waitUntilWritten("six"))
        #expect(running.written == "web@1 | five\nweb@2 | six\n")
        try running.signal(.interrupt)
        #expect(try running.finish().code == 130)
    }
}
