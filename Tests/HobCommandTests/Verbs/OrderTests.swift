import HobClient
import HobProtocol
import HobTestKit
import Testing

@Suite("Orders", .blocking)
struct OrderTests {
    @Test("Row 2: starting a running service says so with its pid and is no error")
    func alreadyRunning() throws {
        let project = try PlayedProject { _, client in
            client.done([Outcome(instance: "web@1", kind: .alreadyUp, pid: 123)])
        }
        let run = try project.hob("start", "web@1")
        #expect(run.output == "web@1 is already running (pid 123)\n")
        #expect(run.code == 0)
        let request = try #require(project.supervisor?.received.first?.request)
        #expect(request.verb == .start)
        #expect(request.targets == ["web@1"])
        #expect(request.wait == 300_000)
    }

    @Test(
        "Rows 7 and 8: a failed start shows what the service wrote in that attempt, then its status",
        arguments: [true, false])
    func failedStart(isSilent: Bool) throws {
        let project = try PlayedProject { received, client in
            switch received.request.verb {
            case .start:
                client.send(.progress(.state("web", .starting, sequence: 5, time: 2_000)))
                client.send(
                    .progress(EventRecord(sequence: 6, time: 2_003, kind: .spawned, instance: "web", pid: 9)))
                client.done([Outcome(instance: "web", kind: .failed, status: 1, message: "exited with status 1")])
            case .events:
                client.send(.event(.state("web", .starting, sequence: 9, time: 2_100)))
                client.done()
            case .status:
                client.send(.status(.of("web", .failed)))
                client.done()
            default: client.done()
            }
        }
        try project.log("web", [(1_000, "an earlier attempt")])
        if !isSilent { try project.log("web", [(2_001, "cannot bind"), (2_002, "to port 80")]) }
        try project.log("web", [(2_150, "the next attempt")])
        let run = try project.hob("start", "web", "-q")
        #expect(run.code == 1)
        #expect(run.output.isEmpty)
        #expect(
            run.errors
                == (isSilent
                    ? "(logs empty; exited with status 1)\n" : "cannot bind\nto port 80\n(exited with status 1)\n"))
        let verbs = project.supervisor?.received.map(\.request.verb) ?? []
        #expect(verbs.contains(.flush))
    }

    @Test("Row 9: death by a signal is named")
    func signalDeath() throws {
        let project = try PlayedProject { received, client in
            guard received.request.verb == .start else { return client.done() }
            client.send(.progress(.state("web", .starting)))
            client.send(.progress(EventRecord(sequence: 2, time: 1, kind: .spawned, instance: "web", pid: 9)))
            client.done([Outcome(instance: "web", kind: .failed, message: "terminated with signal SIGXCPU")])
        }
        let run = try project.hob("start", "web", "--quiet")
        #expect(run.errors == "(logs empty; terminated with signal SIGXCPU)\n")
    }

    @Test("A program that cannot be run is a sentence, not a log")
    func execFailure() throws {
        let project = try PlayedProject { received, client in
            guard received.request.verb == .start else { return client.done() }
            client.done([Outcome(instance: "web", kind: .failed, message: "cannot start ./x: no such file")])
        }
        #expect(try project.hob("start", "web").errors == "hob: web: cannot start ./x: no such file\n")
    }

    @Test("Row 94: a task is awaited, and its status is hob's own")
    func task() throws {
        let project = try PlayedProject { _, client in
            client.done([Outcome(instance: "migrate", kind: .completed, status: 7, elapsed: 40)])
        }
        let run = try project.hob("start", "migrate")
        #expect(run.code == 7)
        #expect(run.errors == "hob: migrate ended with status 7 (after 40ms)\n")
    }

    @Test("Row 24: a service that had to be killed is named, and the code is 2")
    func killed() throws {
        let project = try PlayedProject { _, client in
            client.done([Outcome(instance: "web", kind: .killed, elapsed: 10_250)])
        }
        let run = try project.hob("stop", "web")
        #expect(run.code == 2)
        #expect(run.errors == "hob: web did not stop by itself and was killed (after 10s)\n")
    }

    @Test("Row 27: stopping what is down is no error")
    func alreadyDown() throws {
        let project = try PlayedProject { _, client in client.done([Outcome(instance: "web", kind: .alreadyDown)]) }
        let run = try project.hob("stop", "web")
        #expect(run.code == 0)
        #expect(run.output == "web is not running\n")
        #expect(run.errors.isEmpty)
    }

    @Test("Options arrive in the request")
    func requests() throws {
        let project = try PlayedProject { _, client in client.done() }
        _ = try project.hob("restart", "--rolling", "--force", "web", "--timeout", "10s")
        _ = try project.hob("scale", "web=7", "api=0", "--no-wait")
        _ = try project.hob("signal", "web@1", "usr1")
        _ = try project.hob("reload", "web")
        let requests = project.supervisor?.received.map(\.request) ?? []
        #expect(requests.count == 4)
        #expect(requests.first?.rolling == true && requests.first?.force == true && requests.first?.wait == 10_000)
        #expect(requests.dropFirst().first?.scales.map(\.instances) == [7, 0])
        #expect(requests.dropFirst().first?.wait == nil)
        #expect(requests.dropFirst(2).first?.signal == 10)
        #expect(requests.last?.verb == .reload)
    }

    @Test("Outcomes as JSON are one object")
    func json() throws {
        let project = try PlayedProject { _, client in
            client.done([Outcome(instance: "web", kind: .started, pid: 5)], revision: 3)
        }
        let run = try project.hob("start", "web", "--json")
        let value = try JSONReader.read(run.output)
        #expect(value["outcomes"]?.elements?.first?["kind"]?.text == "started")
        #expect(value["revision"]?.integer == 3)
    }

    @Test("Progress is told in plain lines where there is no terminal, and not at all when quiet")
    func progress() throws {
        let project = try PlayedProject { _, client in
            client.send(.progress(.state("web", .waiting, message: "waits for redis")))
            client.send(.progress(.state("web", .ready)))
            client.done([Outcome(instance: "web", kind: .started, pid: 5, elapsed: 31)])
        }
        let run = try project.hob("start", "web")
        #expect(run.errors == "web: waiting: waits for redis\nweb: ready\n")
        #expect(run.output == "web started (pid 5, after 31ms)\n")
        let quiet = try project.hob("start", "web", "--quiet")
        #expect(quiet.errors.isEmpty && quiet.output.isEmpty && quiet.code == 0)
    }

    @Test("Without a supervisor orders end with 69, and down with 0")
    func noSupervisor() throws {
        let project = try PlayedProject(answer: nil)
        for verb in ["start", "stop", "restart", "why", "reload"] {
            let run = try project.hob(verb, "web")
            #expect(run.code == 69, "\(verb)")
            #expect(run.errors.contains("start it with 'hob up'"))
        }
        #expect(try project.hob("down").code == 0)
    }

    @Test("A refusal of the supervisor has its code")
    func refusal() throws {
        let project = try PlayedProject { _, client in
            client.send(.failed(Failure(.notPermitted, "only the owner may stop services")))
        }
        let run = try project.hob("stop", "web")
        #expect(run.code == 77)
        #expect(run.errors == "hob: only the owner may stop services\n")
    }
}
