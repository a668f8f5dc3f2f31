import Glibc
import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// `hob control` as built, with a real daemon.
@Suite(.blocking) struct ControlCommandTests {
    @Test func `row 1: of 20 parallel ensures one starts it, and all come back with the same pid`() throws {
        let bench = try DaemonBench(["--wait2", "0.3"])
        let runs = try (0..<20).map { _ in try bench.begin(["ensure", "--json"]) }
        let results = try runs.map { try $0.finish() }
        var pids: Set<Int64> = []
        var words: [String: Int] = [:]
        for result in results {
            #expect(result.status == 0, "\(result)")
            let answer = try JSONReader.read(result.out)
            pids.insert(answer["pid"]?.integer ?? -1)
            words[answer["result"]?.text ?? "", default: 0] += 1
        }
        #expect(bench.starts == 1)
        #expect(pids == [Int64(try bench.pid())])
        #expect(words == ["started": 1, "alreadyRunning": 19])
        try bench.succeed("stop")
    }

    @Test func `row 2: starting what runs says so with its pid and 73, and changes nothing`() throws {
        let bench = try DaemonBench()
        let first = try bench.succeed("start")
        let pid = try bench.pid()
        #expect(first.out.hasPrefix("echo started (pid \(pid)) in "), "\(first)")
        let second = try bench.control("start")
        #expect(second.status == 73)
        #expect(second.err == "hob: Daemon 'echo' is already started (pid \(pid))\n")
        #expect(second.out.isEmpty)
        let json = try JSONReader.read(try bench.control("start", "--json").out)
        #expect(json["error"]?["code"]?.text == "alreadyStarted")
        #expect(bench.starts == 1)
        #expect(try bench.pid() == pid)
        #expect(try bench.succeed("stop").out.hasPrefix("echo stopped in "))
    }

    @Test(arguments: ["", "abc", "0", "1"])
    func `row 18: whatever the pid file holds, stop finds the true process or fails, and harms nobody`(
        text: String
    ) throws {
        let bench = try DaemonBench(["--remove-pid-file-at-exit", "no"])
        try bench.succeed("start")
        let pid = try bench.pid()
        try bench.write(text, to: "echo.pid")
        // A stop that heeded "0" or "1" would end hob itself, or init; the test would not get here.
        #expect(try bench.control("status").out == "echo is running (pid \(pid))\n")
        try bench.succeed("stop")
        #expect(bench.processes.isEmpty)
        try bench.write(text, to: "echo.pid")
        let again = try bench.control("stop")
        #expect(again.status == 1 || again.out == "echo was not running\n", "\(again)")
        #expect(try bench.control("stop", "--ignore-invalid-pid-file").status == 0)
    }

    @Test func `row 24: a daemon that heeds no signal is killed at the stop timeout, which is 2`() throws {
        let bench = try DaemonBench(["--ignore-sigterm", "--count-signals", "signals"])
        try bench.succeed("start")
        let result = try bench.control("stop", "--stop-timeout", "500ms")
        #expect(result.status == 2)
        #expect(result.err.hasPrefix("hob: Daemon 'echo' did not stop: "), "\(result)")
        #expect(result.elapsed > .milliseconds(500))
        #expect(bench.processes.isEmpty)
        #expect(bench.read("echo.pid") == nil)
        #expect((bench.read("signals") ?? "").split(separator: "\n").count == 1)
    }

    @Test func `row 23: a ladder of signals is climbed`() throws {
        let bench = try DaemonBench(["--ignore-sigterm", "--count-signals", "signals"])
        try bench.succeed("start")
        let result = try bench.control("stop", "--stop-signal", "HUP 200ms, TERM 200ms, KILL")
        #expect(result.status == 2, "\(result)")
        let names = (bench.read("signals") ?? "").split(separator: "\n").map { $0.split(separator: " ")[0] }
        #expect(names == ["SIGHUP", "SIGTERM"])
        #expect(bench.processes.isEmpty)
    }

    @Test func `row 27: stopping what does not run is no error`() throws {
        let bench = try DaemonBench()
        for _ in 0..<2 {
            let result = try bench.succeed("stop")
            #expect(result.out == "echo was not running\n")
            #expect(result.err.isEmpty)
        }
        #expect(try bench.succeed("stop", "-q").out.isEmpty)
    }

    @Test func `row 29: a restart command that fails is an error with its output`() throws {
        let bench = try DaemonBench()
        try bench.succeed("start")
        let result = try bench.control("restart", "--restart-command", "sh -c 'echo no way; exit 7'")
        #expect(result.status == 1)
        #expect(
            result.err
                == "hob: Daemon 'echo' did not start: its restart command failed\nno way\n(exited with status 7)\n",
            "\(result)")
        #expect(try bench.succeed("restart").out.hasPrefix("echo restarted (pid \(try bench.pid())) in "))
        #expect(bench.starts == 2)
        try bench.succeed("stop")
    }

    @Test func `row 31: ensuring what runs spawns nothing`() throws {
        let bench = try DaemonBench()
        try bench.succeed("start")
        for _ in 0..<20 { try bench.succeed("ensure", "-q") }
        #expect(bench.starts == 1)
        try bench.succeed("stop")
    }

    @Test(.enabled(if: geteuid() == 0, "only root can become somebody else"))
    func `row 37: status works for somebody who may write nowhere, after the LSB`() throws {
        let nobody: UInt32 = 65_534
        let bench = try DaemonBench()
        let before = try bench.control("status", user: nobody)
        #expect(before.status == 3)
        #expect(before.out == "echo is not running\n")
        try bench.succeed("start")
        let running = try bench.control("status", user: nobody)
        #expect(running.status == 0, "\(running)")
        #expect(running.out == "echo is running (pid \(try bench.pid()))\n")
        let json = try JSONReader.read(try bench.control("status", "--json", user: nobody).out)
        #expect(json["result"]?.text == "running")
        // What needs the right to write says so.
        #expect(try bench.control("stop", user: nobody).status == 77)
        #expect(try bench.control("status", "-q").out.isEmpty)
        try bench.succeed("stop")
        _ = chmod(bench.path + "/echo.pid.lock", 0o644)
        try bench.write("1", to: "echo.pid")
        _ = chmod(bench.path + "/echo.pid", 0o600)
        #expect(try bench.control("status", user: nobody).status == 4)
    }

    @Test func `a start that fails tells the daemon's own words, and times out with 2`() throws {
        let bench = try DaemonBench(["--log-message2", "no such index", "--crash-before-bind"])
        let crash = try bench.control("start")
        #expect(crash.status == 1)
        #expect(crash.err.contains("no such index\ncrashing, as instructed\n"), "\(crash)")
        let slow = try DaemonBench(["--wait2", "60"])
        let result = try slow.control("start", "--start-timeout", "300ms", "--json")
        #expect(result.status == 2)
        #expect(result.err.isEmpty)
        let error = try JSONReader.read(result.out)["error"]
        #expect(error?["code"]?.text == "startTimedOut")
        #expect(error?["message"]?.text?.hasSuffix("timed out)") ?? false, "\(result)")
        #expect(slow.processes.isEmpty)
    }

    @Test func `without a file, and with a shell: everything by flags`() throws {
        let bench = try DaemonBench()
        let line = "\(FixtureProgram.path) echo-server -C $PWD -P echo.pid -l echo.log --unix $HOME/socket"
        let words = ["--pid-file", "echo.pid", "--identifier", "search", "--ping", "unix:socket"]
        let started = try HobRun(
            ["control", "start"] + words + ["--log-file", "echo.log", "--shell", "--", line], in: bench.path,
            environment: ["PATH=/usr/bin:/bin", "HOME=\(bench.path)", "HOB_FIXTURE_LIFETIME=200"]
        ).finish()
        #expect(started.out.hasPrefix("search started (pid \(try bench.pid())) in "), "\(started)")
        #expect(try bench.hob("status", "--pid-file", "echo.pid").out == "echo is running (pid \(try bench.pid()))\n")
        #expect(try bench.hob("stop", "--pid-file", "echo.pid").status == 0)
        #expect(bench.processes.isEmpty)
    }

    @Test func `a program that stays in the foreground becomes a daemon with a pid file and a log`() throws {
        let bench = try DaemonBench()
        try bench.write("directory: .\npid_file: echo.pid\nlog_file: echo.log\ndaemonize: true", to: "loud.yml")
        let result = try bench.hob("start", "-f", "loud.yml", "--", "sh", "-c", "echo hello; exec sleep 100")
        #expect(result.status == 0, "\(result)")
        try bench.wait(for: "echo.log", toHold: "hello")
        #expect(try ProcessFacts.of(pid: bench.pid()) != nil)
        #expect(try bench.hob("stop", "-f", "loud.yml").status == 0)
        #expect(bench.processes.isEmpty)
    }

    @Test func `before_start runs before each start, and stops it when it fails`() throws {
        let bench = try DaemonBench([], "before_start: test -e index || { echo no index >&2; exit 3; }")
        let failed = try bench.control("start")
        #expect(failed.status == 1)
        #expect(failed.err.hasSuffix("its before-start command failed\nno index\n(exited with status 3)\n"))
        #expect(bench.starts == 0)
        try bench.write("", to: "index")
        try bench.succeed("start")
        try bench.succeed("stop")
    }

    @Test func `mistakes: 78 with a place for the file, 64 for flags, and nothing is started`() throws {
        let bench = try DaemonBench([], "start_timeout: 5\npidfile: x")
        let file = try bench.control("start")
        #expect(file.status == 78)
        #expect(file.err.contains("echo.yml:5:16: 'start_timeout' in the file: '5' has no unit: write '5s'"), "\(file)")
        #expect(file.err.contains("echo.yml:6:1: unknown key 'pidfile' in the file: did you mean 'pid_file'?"))
        let json = try JSONReader.read(try bench.control("start", "--json").out)
        #expect(json["error"]?["code"]?.text == "badConfiguration")
        for words in [["strat"], ["start", "--pid-file", "x", "--start-timeout", "5", "--", "a"], ["start"], []] {
            let result = try HobRun(["control"] + words, in: bench.path, environment: ["PATH=/bin"]).finish()
            #expect(result.status == 64, "\(result)")
            #expect(result.err.hasPrefix("hob: "), "\(result)")
        }
        #expect(bench.starts == 0)
    }

    // MARK: Signals

    @Test(arguments: [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)])
    func `a signal cancels a start: what was being started is gone`(signal: Int32, status: Int32) throws {
        let bench = try DaemonBench(["--wait2", "60"])
        let run = try bench.begin(["start"])
        try bench.wait(for: "echo.pid")
        try run.handle.signal(SignalNumber(rawValue: signal))
        let result = try run.finish()
        #expect(result.status == status, "\(result)")
        #expect(result.err.contains("what was being started has ended"))
        #expect(bench.processes.isEmpty)
        #expect(try bench.control("status").status == 3)
    }

    @Test func `a second signal kills at once what heeds no SIGTERM`() throws {
        let bench = try DaemonBench(
            ["--wait2", "60", "--ignore-sigterm", "--count-signals", "signals"], "start_abort_timeout: 100s")
        let run = try bench.begin(["start"])
        try bench.wait(for: "echo.pid")
        try run.handle.signal(.interrupt)
        try bench.wait(for: "signals", toHold: "TERM")
        try run.handle.signal(.interrupt)
        let result = try run.finish()
        #expect(result.status == 130, "\(result)")
        #expect(bench.processes.isEmpty)
    }

    // MARK: connect

    @Test func `connect starts the daemon, and passes bytes and the end of the input`() throws {
        let bench = try DaemonBench()
        for _ in 0..<2 {
            let (input, feed) = try Descriptor.pipe()
            try feed.writeAll("hello\0there\n")
            feed.close()
            let (status, output) = try bench.connect(input)
            #expect(status == .exited(code: 0))
            #expect(output == Array("hello\0there\n".utf8))
        }
        #expect(bench.starts == 1)
        try bench.succeed("stop")
    }

    @Test func `connect carries great amounts there and back`() throws {
        let bench = try DaemonBench()
        let bytes = (0..<(16 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let input = try Descriptor.memory(named: "input")
        try input.writeAll(bytes)
        lseek(input.raw, 0, SEEK_SET)
        let (status, output) = try bench.connect(input)
        #expect(status == .exited(code: 0))
        #expect(output == bytes)
        try bench.succeed("stop")
    }

    @Test func `connect fails with the start's reason, and needs a socket`() throws {
        let bench = try DaemonBench(["--crash-before-bind"])
        let failed = try bench.control("connect")
        #expect(failed.status == 1)
        #expect(failed.err.contains("crashing, as instructed"), "\(failed)")
        #expect(failed.out.isEmpty)
        #expect(try bench.control("connect", "--ping", "exec:true").status == 64)
        #expect(try bench.control("connect", "--json").status == 64)
    }
}
