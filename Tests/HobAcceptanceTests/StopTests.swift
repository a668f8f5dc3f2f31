import Glibc
import HobProtocol
import HobSystem
import Testing

/// Checklist rows 22 to 28: what `hob stop` and `hob restart` promise.
@Suite(.blocking) struct StopTests {
    @Test("row 22: a graceful stop waits, and the process is gone on return")
    func gracefulStopWaits() throws {
        try Sandbox.alone { box in
            try box.write("services: { one: { command: [\(box.fixture), slow-stop, \"300\"] } }")
            try box.succeed("up", "-d")
            var times: [Int64] = []
            for _ in 0..<3 {
                let pid = try box.pid("one")
                let before = try box.events().last?.sequence ?? 0
                let stop = try box.succeed("stop", "one")
                #expect(!processExists(pid))
                #expect(stop.elapsed >= .milliseconds(300))
                let events = try box.events().filter { $0.sequence > before }
                let asked = try #require(events.first { $0.isKind(.signaled, of: "one") })
                let stopped = try #require(events.first { $0.isState(.stopped, of: "one") })
                times.append(stopped.time - asked.time)
                try box.succeed("start", "one")
            }
            #expect(times.allSatisfy { $0 >= 299 }, "\(times)")
            #expect(try #require(median(times)) <= 500, "\(times)")
        }
    }

    @Test("row 23: QUIT 1s, TERM 1s, KILL reach an immune process at their times")
    func signalLadder() throws {
        try Sandbox.with { box in
            try box.write(
                """
                services:
                  one: { command: [\(box.fixture), signals, got], ready: { log: ready }, stop: [QUIT 1s, TERM 1s, KILL] }
                """)
            try box.succeed("up", "-d")
            let stop = try box.hob("stop", "one")
            #expect(stop.status == 2, "\(stop)")
            let got = box.lines("got").map { $0.split(separator: " ").map(String.init) }
            #expect(got.map { $0[0] } == ["started", "SIGQUIT", "SIGTERM"], "\(got)")
            let sent = try box.events().filter { $0.isKind(.signaled, of: "one") }
            #expect(sent.map(\.message) == ["SIGQUIT", "SIGTERM", "SIGKILL"], "\(sent)")
            for (earlier, later) in zip(sent, sent.dropFirst()) {
                #expect((990...1_150).contains(later.time - earlier.time), "\(sent)")
            }
            let times = try got.dropFirst().map { try #require(Int($0[1])) }
            #expect((900...1_300).contains(times[1] - times[0]), "\(got)")
        }
    }

    @Test("row 24: a stop that times out kills once and exits with 2")
    func stopTimeout() throws {
        try Sandbox.with { box in
            try box.write(
                """
                services:
                  one: { command: [\(box.fixture), deaf], ready: { log: ready }, stop: [TERM 500ms, KILL] }
                """)
            try box.succeed("up", "-d")
            let pid = try box.pid("one")
            let stop = try box.hob("stop", "one")
            #expect(stop.status == 2 && stop.err.contains("was killed"), "\(stop)")
            #expect(!processExists(pid))
            let sent = try box.events().filter { $0.isKind(.signaled, of: "one") }
            #expect(sent.map(\.message) == ["SIGTERM", "SIGKILL"], "\(sent)")
        }
    }

    @Test(
        "row 25: no process of the tree is left after a stop, whatever it did to get away",
        arguments: [
            "double-fork", "fork-tree", "fork-tree --deaf", "double-fork of a main that went",
        ])
    func wholeTreeStop(kind: String) throws {
        try Sandbox.with { box in
            let deaf = kind.hasSuffix("--deaf") ? ", --deaf" : ""
            let command =
                switch kind {
                case "double-fork": "[\(box.fixture), double-fork, pids, --stay]"
                case "double-fork of a main that went":
                    "[sh, -c, '\(box.fixture) double-fork pids; until test -s pids; do sleep 0.02; done']"
                default: #"[\#(box.fixture), fork-tree, --depth, "2", --width, "3", --pids, pids\#(deaf)]"#
                }
            let mainGoes = kind.hasSuffix("went")
            try box.write(
                """
                services:
                  anchor: { command: sleep 1000 }
                  one:
                    command: \(command)
                    ready: { \(mainGoes ? "delay: 10s" : "exec: test -s pids") }
                    stop: [TERM 1s, KILL]
                    restart: never
                """)
            try box.succeed("up", "-d", "anchor")
            let start = try box.hob("start", "one")
            #expect(start.status == (mainGoes ? 1 : 0), "\(start)")
            let stop = try box.hob("stop", "one")
            #expect([0, 2].contains(stop.status), "\(stop)")
            let pids = box.lines("pids").compactMap { Int32($0.split(separator: " ")[0]) }
            #expect(!pids.isEmpty)
            #expect(pids.filter(processExists).isEmpty, "\(pids)")
        }
    }

    @Test("row 26: a failing stop command is shown with its output and status, and the process goes all the same")
    func stopCommand() throws {
        try Sandbox.with(
            """
            services:
              bad:
                command: sleep 1000
                stop: { command: 'echo "cannot reach the master" >&2; exit 3', shell: true, signals: [TERM 5s, KILL] }
              good:
                command: sleep 1000
                stop: { command: 'kill -TERM $$MAINPID', shell: true, signals: [KILL] }
            """
        ) { box in
            try box.succeed("up", "-d")
            let pid = try box.pid("bad")
            let stop = try box.hob("stop", "bad")
            #expect(stop.status == 1, "\(stop)")
            #expect(stop.err.contains("exited with status 3"), "\(stop)")
            #expect(stop.err.contains("cannot reach the master"), "\(stop)")
            #expect(!processExists(pid))
            #expect(try box.status("bad").state == .stopped)
            let good = try box.succeed("stop", "good")
            #expect(good.out.contains("good stopped"), "\(good)")
        }
    }

    @Test("row 27: stopping what is down is no error")
    func idempotentStop() throws {
        try Sandbox.with("services: { one: { command: sleep 1000 }, two: { command: sleep 1000 } }") { box in
            try box.succeed("up", "-d")
            try box.succeed("stop", "one")
            let again = try box.succeed("stop", "one")
            #expect(!again.err.contains("hob:"), "\(again)")
            try box.succeed("down")
            let down = try box.succeed("down")
            #expect(down.status == 0)
        }
    }

    @Test("row 28: fifty ensures during restarts never see two instances")
    func atomicRestart() throws {
        try Sandbox.with(
            """
            services:
              one:
                command: |
                  mkdir alive || echo "$$$$ was not alone" >> doubles
                  echo $$$$ >> starts
                  trap 'sleep 0.3; rmdir alive; exit 0' TERM
                  sleep 1000 & wait
                shell: true
                ready: { exec: test -d alive }
            """
        ) { box in
            try box.succeed("up", "-d")
            for _ in 0..<5 {
                let restart = try box.start(["restart", "one"])
                for run in try (0..<10).map({ _ in try box.start(["ensure", "one"]) }) {
                    let result = try run.finish()
                    #expect(result.status == 0, "\(result)")
                }
                let result = try restart.finish()
                #expect(result.status == 0, "\(result)")
            }
            #expect(box.lines("doubles").isEmpty, "\(box.lines("doubles"))")
            let life = try box.events().filter { $0.isKind(.spawned, of: "one") || $0.isKind(.exited, of: "one") }
            let kinds = life.map(\.kind)
            #expect(kinds == (0..<kinds.count).map { $0.isMultiple(of: 2) ? .spawned : .exited }, "\(kinds)")
            #expect(box.lines("starts").count == 6)
        }
    }
}
