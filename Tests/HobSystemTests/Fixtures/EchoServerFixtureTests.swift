import Glibc
import HobSystem
import HobTestKit
import Testing

/// That the daemon which other tests rely on does what it says.
@Suite(.blocking) struct EchoServerFixtureTests {
    @Test func `it daemonizes, serves, puts signals on record and leaves nothing at its end`() throws {
        let directory = try TestDirectory()
        let launcher = try echoServer(
            in: directory, "--port", "0", "--port-file", "port", "--log-message1", "one", "--log-message2", "two",
            "--spawn-counter", "starts", "--count-signals", "signals", "--remove-pid-file-at-exit", "yes")
        #expect(try launcher.waitForExit() == .exited(code: 0))
        #expect(try launcher.readToEnd() == "one\n")
        let daemon = try daemon(in: directory)
        #expect(daemon.process.pid != launcher.pid)
        #expect(getsid(daemon.process.pid) != getsid(0))
        let port = try #require(waitFor { directory.read("port").flatMap { UInt16($0.dropLast()) } })
        let client = try TCPSocket.startConnecting(to: .loopback(port: port))
        #expect(client.waitWritable(until: patience))
        try client.writeAll("hello\n")
        #expect(client.waitReadable(until: patience))
        var answer = [UInt8](repeating: 0, count: 64)
        let count = try answer.withUnsafeMutableBytes { try client.read(into: $0) }
        #expect(count.map { String(decoding: answer[..<$0], as: UTF8.self) } == "hello\n")
        try daemon.process.signal(.hangUp)
        #expect(waitFor { directory.read("signals")?.contains("\n") == true ? true : nil } == true)
        try daemon.process.signal(.terminate)
        #expect(daemon.process.waitForExit(until: patience))
        #expect(directory.read("pid") == nil)
        #expect(directory.read("log") == "two\necho server listens on 127.0.0.1 port \(port)\nstopping\n")
        #expect(directory.read("starts") == "\(launcher.pid)\n")
        let names = directory.read("signals")?.split(separator: "\n").map { $0.prefix { $0 != " " } }
        #expect(names == ["SIGHUP", "SIGTERM"])
    }

    @Test func `it refuses a pid file with content, and takes an empty one`() throws {
        let directory = try TestDirectory()
        try directory.write("1234\n", to: "pid")
        let refused = try echoServer(in: directory)
        #expect(try refused.waitForExit() == .exited(code: 1))
        #expect(try refused.readToEnd().contains("pid exists"))
        try directory.write("", to: "pid")
        #expect(try echoServer(in: directory).waitForExit() == .exited(code: 0))
        _ = try daemon(in: directory)
    }

    @Test(
        arguments: [
            (["--crash-before-bind"], .exited(code: 2), "crashing, as instructed\n"),
            (
                ["--crash-signal", "XCPU"], .signaled(signal: SIGXCPU, coreDumped: false),
                "crashing with SIGXCPU, as instructed\n"
            ),
        ] as [([String], HobSystem.ExitStatus, String)])
    func `it crashes before it binds, with its pid file left`(
        arguments: [String], status: HobSystem.ExitStatus, log: String
    ) throws {
        let directory = try TestDirectory()
        let child = try echoServer(in: directory, arguments: ["--no-daemonize"] + arguments)
        #expect(try child.waitForExit() == status)
        #expect(directory.read("log") == log)
        #expect(directory.read("pid") == "\(child.pid)\n")
    }

    @Test(arguments: [["echo-server", "--no-daemonize", "-l", "log", "--port", "0"], ["unresponsive"]])
    func `it is deaf to TERM and counts each, but not deaf to INT`(arguments: [String]) throws {
        let directory = try TestDirectory()
        let child = try fixture(in: directory, arguments + ["--ignore-sigterm", "--count-signals", "signals"])
        #expect(waitFor { directory.read("pid") } != nil)
        for count in 1...2 {
            try child.process.handle.signal(.terminate)
            let lines = waitFor { () -> Int? in
                let lines = directory.read("signals")?.split(separator: "\n").count
                return lines == count ? lines : nil
            }
            #expect(lines == count)
        }
        try child.process.handle.signal(.interrupt)
        let status = try child.waitForExit()
        // A server that has not come to serve yet ends as any process does.
        #expect([.exited(code: 0), .signaled(signal: SIGINT, coreDumped: false)].contains(status))
        if arguments.contains("-l") { #expect(directory.read("log")?.contains("got SIGTERM\n") == true) }
    }

    @Test func `TERM ends a launcher that has not forked yet, and no daemon comes`() throws {
        let directory = try TestDirectory()
        let launcher = try echoServer(in: directory, "--log-message1", "waiting", "--wait1", "60")
        try launcher.waitForOutput("waiting")
        try launcher.process.handle.signal(.terminate)
        #expect(try launcher.waitForExit() == .signaled(signal: SIGTERM, coreDumped: false))
        #expect(directory.read("pid") == nil)
    }

    @Test func `its children and its grandchild outlive it`() throws {
        let directory = try TestDirectory()
        let launcher = try echoServer(
            in: directory, "--children", "2", "--children-file", "children", "--double-fork-child", "grandchild")
        #expect(try launcher.waitForExit() == .exited(code: 0))
        let daemon = try daemon(in: directory)
        let pids = try #require(
            waitFor { () -> [Int32]? in
                let words = ["children", "grandchild"].compactMap { directory.read($0) }.joined().split(separator: "\n")
                return words.count == 3 ? words.compactMap { Int32($0) } : nil
            })
        let left = try pids.map { Orphan(try ProcessHandle.open(pid: $0)) }
        try daemon.process.signal(.terminate)
        #expect(daemon.process.waitForExit(until: patience))
        #expect(left.allSatisfy { !$0.process.hasExited })
        for orphan in left {
            try orphan.process.signal(.terminate)
            #expect(orphan.process.waitForExit(until: patience))
        }
    }

    // MARK: Starting it

    private func echoServer(in directory: TestDirectory, _ arguments: String...) throws -> TestChild {
        try echoServer(in: directory, arguments: arguments)
    }

    private func echoServer(in directory: TestDirectory, arguments: [String]) throws -> TestChild {
        try fixture(in: directory, ["echo-server", "-l", "log"] + arguments)
    }

    private func fixture(in directory: TestDirectory, _ arguments: [String]) throws -> TestChild {
        var request = SpawnRequest(executable: FixtureProgram.path, arguments: arguments + ["-P", "pid"])
        request.directory = directory.path
        request.environment = ["PATH=/usr/bin:/bin", "HOB_FIXTURE_LIFETIME=60"]
        return try TestChild(request)
    }

    private func daemon(in directory: TestDirectory) throws -> Orphan {
        let pid = try #require(directory.read("pid").flatMap { Int32($0.dropLast()) })
        return Orphan(try ProcessHandle.open(pid: pid))
    }
}

/// A process whose parent has gone; killed with this object.
private final class Orphan {
    let process: ProcessHandle

    init(_ process: ProcessHandle) {
        self.process = process
    }

    deinit {
        _ = try? process.signal(.kill)
    }
}
