import Glibc
import HobProtocol
import HobSystem
import Testing

/// Checklist rows 7, 8, 9 and 15: what `hob start` says and leaves behind when it fails.
@Suite(.blocking) struct FailedStartTests {
    @Test(
        "row 7: the error is the output and the exit status, or says that there was no output",
        arguments: [
            "never", "always",
        ])
    func failureBeforeFork(restart: String) throws {
        try Sandbox.alone(
            """
            services:
              anchor: { command: sleep 1000 }
              loud:
                command: 'echo "no database here"; echo "giving up" >&2; exit 1'
                shell: true
                restart: \(restart)
              silent: { command: "false", restart: \(restart) }
            """
        ) { box in
            try box.succeed("up", "-d", "anchor")
            let loud = try box.hob("start", "--quiet", "loud")
            #expect(loud.status == 1, "\(loud)")
            // The first restart is at once: on a busy machine the last words of the first attempt are read, and
            // stamped, when the second one has begun.
            withKnownIssue("two attempts' words by their time", isIntermittent: true) {
                #expect(loud.err == "no database here\ngiving up\n(exited with status 1)\n", "\(loud)")
            } when: {
                restart == "always"
            }
            let silent = try box.hob("start", "--quiet", "silent")
            #expect(silent.status == 1, "\(silent)")
            #expect(silent.err == "(logs empty; exited with status 1)\n", "\(silent)")
        }
    }

    @Test("row 8: a line that a crashing service wrote only to its log stands in the start's error")
    func failureAfterFork() throws {
        try Sandbox.with(
            """
            services:
              anchor: { command: sleep 1000 }
              late:
                command: '(sleep 0.2; echo "panic: out of cheese" >&2) & sleep 0.5; exit 3'
                shell: true
                ready: { tcp: "127.0.0.1:\(try LoopbackPort.free())", timeout: 10s }
                restart: never
            """
        ) { box in
            try box.succeed("up", "-d", "anchor")
            let late = try box.hob("start", "late")
            #expect(late.status == 1, "\(late)")
            #expect(late.err.contains("panic: out of cheese\n(exited with status 3)\n"), "\(late)")
            #expect(late.out.isEmpty, "\(late)")
            #expect(box.read(".hob/logs/late.log").contains("panic: out of cheese"))
        }
    }

    @Test("row 8: a last line without its end is the line of the process that wrote it")
    func unfinishedLine() throws {
        try Sandbox.with(
            """
            services:
              anchor: { command: sleep 1000 }
              cut: { command: "printf 'no disk in drive A'; exit 1", shell: true, restart: never }
            """
        ) { box in
            try box.succeed("up", "-d", "anchor")
            for _ in 0..<2 {
                let start = try box.hob("start", "cut", "--quiet")
                #expect(start.err == "no disk in drive A\n(exited with status 1)\n", "\(start)")
            }
            #expect(box.lines(".hob/logs/cut.log").count == 2)
        }
    }

    @Test("row 9: a death by SIGXCPU is named in the error")
    func signalDeathNamed() throws {
        try Sandbox.with { box in
            try box.write(
                """
                services:
                  anchor: { command: sleep 1000 }
                  spinner: { command: [\(box.fixture), signal, XCPU], restart: never }
                """)
            try box.succeed("up", "-d", "anchor")
            let result = try box.hob("start", "spinner")
            #expect(result.status == 1 && result.err.contains("SIGXCPU"), "\(result)")
            let why = try box.hob("why", "spinner")
            #expect(why.out.contains("SIGXCPU"), "\(why)")
        }
    }

    @Test("row 15: after a start timeout the survivor is shown with its pid until its whole tree is gone")
    func noUntrackedSurvivor() throws {
        try Sandbox.with { box in
            try box.write(
                """
                services:
                  anchor: { command: sleep 1000 }
                  stuck:
                    command: [\(box.fixture), fork-tree, --depth, "2", --width, "2", --pids, pids, --deaf]
                    ready: { tcp: "127.0.0.1:\(try LoopbackPort.free())", timeout: 1500ms }
                    stop: [TERM 500ms, KILL]
                    restart: never
                """)
            try box.succeed("up", "-d", "anchor")
            let start = try box.hob("start", "stuck")
            #expect(start.status == 1 && start.err.contains("not ready within 1.5s"), "\(start)")
            let shown = try box.status("stuck")
            let pids = box.lines("pids").compactMap { Int32($0.split(separator: " ")[0]) }
            #expect(pids.count == 7)
            if pids.contains(where: processExists) {
                #expect(shown.pid == pids[0], "\(shown) does not show \(pids[0])")
            }
            // What was hopeless at once for a start is awaited like any stop.
            let gone = try box.hob("status", "stuck", "--wait", "stopped", "--timeout", "20s")
            #expect(gone.status == 3, "\(gone)")
            #expect(pids.filter(processExists).isEmpty)
        }
    }
}
