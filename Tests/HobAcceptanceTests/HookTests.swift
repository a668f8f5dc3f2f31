import Glibc
import HobProtocol
import HobSystem
import Testing

/// Checklist rows 32, 95 and 96: commands around a service's life.
@Suite(.blocking) struct HookTests {
    @Test("row 32: before_start runs once under twenty ensures at once and ends before the process starts")
    func beforeStartInTheLock() throws {
        try Sandbox.with(
            """
            services:
              one:
                before_start: { command: 'sleep 0.3; echo "hook $$(date +%s%N)" >> order', shell: true }
                command: 'echo "main $$(date +%s%N)" >> order; exec sleep 1000'
                shell: true
            """
        ) { box in
            let runs = try (0..<20).map { _ in try box.start(["ensure", "one"]) }
            for run in runs {
                let result = try run.finish(within: .seconds(120))
                #expect(result.status == 0, "\(result)")
            }
            let order = box.lines("order").map { $0.split(separator: " ") }
            #expect(order.map { $0[0] } == ["hook", "main"], "\(order)")
            #expect(order.map { $0[1] } == order.map { $0[1] }.sorted(), "\(order)")
        }
    }

    @Test("row 95: a failing before_start aborts the start")
    func beforeStartFails() throws {
        try Sandbox.with(
            """
            services:
              anchor: { command: sleep 1000 }
              one:
                before_start: { command: 'echo "no licence"; exit 9', shell: true }
                command: touch started
                restart: never
            """
        ) { box in
            try box.succeed("up", "-d", "anchor")
            let start = try box.hob("start", "one")
            #expect(start.status == 1, "\(start)")
            #expect(start.err.contains("before_start") && start.err.contains("status 9"), "\(start)")
            #expect(start.err.contains("no licence"), "\(start)")
            #expect(try box.status("one").pid == nil)
            #expect(!(try box.events().contains { $0.isKind(.spawned, of: "one") }))
        }
    }

    @Test("row 95: after_start delays ready, and its failure fails the start")
    func afterStartDelaysReady() throws {
        try Sandbox.with(
            """
            services:
              anchor: { command: sleep 1000 }
              slow:
                command: sleep 1000
                ready: { delay: 10ms }
                after_start: { command: 'sleep 0.4; date +%s%3N > warmed', shell: true }
              broken:
                command: sleep 1000
                ready: { delay: 10ms }
                after_start: "false"
                restart: never
            """
        ) { box in
            try box.succeed("up", "-d", "anchor")
            try box.succeed("start", "slow")
            let warmed = try #require(box.lines("warmed").first.flatMap { Int64($0) })
            let events = try box.events()
            let spawned = try #require(events.first { $0.isKind(.spawned, of: "slow") })
            let ready = try #require(events.first { $0.isUp(of: "slow") })
            #expect(ready.time >= warmed && ready.time - spawned.time >= 400)
            let broken = try box.hob("start", "broken")
            #expect(broken.status == 1 && broken.err.contains("after_start"), "\(broken)")
            let gone = try box.hob("status", "broken", "--wait", "stopped", "--timeout", "20s")
            #expect(gone.status == 3, "\(gone)")
        }
    }

    @Test("row 95: before_stop can refuse a stop, and --force passes over it")
    func beforeStopRefuses() throws {
        try Sandbox.with(
            """
            services:
              one:
                command: sleep 1000
                before_stop: { command: 'echo "still serving 3 clients"; exit 1', shell: true }
            """
        ) { box in
            try box.succeed("up", "-d")
            let pid = try box.pid("one")
            let stop = try box.hob("stop", "one")
            #expect(stop.status == 1 && stop.err.contains("refused to stop"), "\(stop)")
            #expect(stop.err.contains("still serving 3 clients"), "\(stop)")
            let status = try box.status("one")
            #expect(status.pid == pid && status.state.isUp && status.wanted == .up, "\(status)")
            let forced = try box.hob("stop", "one", "--force")
            #expect(forced.status == 0 && !processExists(pid), "\(forced)")
        }
    }

    @Test("row 95: after_stop gets the exit status and the signal")
    func afterStopIsTold() throws {
        try Sandbox.with { box in
            let hook =
                #"{ command: 'echo "[$$HOB_EXIT_STATUS] [$$HOB_EXIT_SIGNAL]" >> $$HOB_SERVICE.end', shell: true }"#
            try box.write(
                """
                services:
                  coded: { command: [\(box.fixture), crash, --after, "400", --status, "7"], restart: never, after_stop: \(hook) }
                  killed: { command: sleep 1000, restart: never, after_stop: \(hook) }
                  asked: { command: sleep 1000, after_stop: \(hook) }
                """)
            try box.succeed("up", "-d")
            #expect(try box.process("killed").signal(.kill))
            try box.succeed("stop", "asked")
            let events = try box.follow()
            for name in ["coded", "killed"] { try events.wait("\(name) failed") { $0.isState(.failed, of: name) } }
            #expect(box.read("coded.end") == "[7] []\n")
            #expect(box.read("killed.end") == "[] [KILL]\n" || box.read("killed.end") == "[] [SIGKILL]\n")
            #expect(box.read("asked.end").contains("TERM]"))
        }
    }

    @Test("row 96: a hung after_stop is killed at its limit, with what it started, and the service restarts")
    func hungHook() throws {
        try Sandbox.with(
            """
            services:
              one:
                command: sleep 1000
                after_stop: { command: 'echo $$$$ >> hooks; sleep 2000 & sleep 2000', shell: true, timeout: 500ms }
            """
        ) { box in
            try box.succeed("up", "-d")
            let events = try box.follow()
            let first = try box.process("one")
            #expect(try first.signal(.kill))
            let exited = try events.wait("exit") { $0.isKind(.exited, of: "one") }
            let next = try events.wait("restart", after: exited.sequence) { $0.isKind(.spawned, of: "one") }
            #expect((490...1_000).contains(next.time - exited.time), "\(next.time - exited.time) ms")
            let hook = try #require(box.lines("hooks").first.flatMap { Int32($0) })
            #expect(!processExists(hook))
            try events.wait("up", after: next.sequence) { $0.isUp(of: "one") }
            let left = SandboxProcesses.find(path: box.path, runtime: box.runtime).filter {
                $0.description.contains("sleep 2000")
            }
            #expect(left.isEmpty, "\(left)")
        }
    }
}
