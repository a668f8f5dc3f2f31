import Glibc
import HobSystem
import HobTestKit
import HobWorkers
import Testing

/// Children run to their end, with everything they have started.
@Suite(.ownThread) struct ChildProcessTests {
    private static let fixture = FixtureProgram.path(of: "fixture-workers")
    private static let quick = StopSequence(steps: [StopSequence.Step(signal: SIGTERM, patience: .milliseconds(200))])

    /// Whether any process of these numbers lives, zombies aside.
    private static func anyAlive(_ pids: [Int32]) -> Bool {
        pids.contains { ProcessFacts.of(pid: $0).map { !$0.isZombie } ?? false }
    }

    private static func pids(in text: String) -> [Int32] {
        text.split(separator: "\n").compactMap { $0.split(separator: " ").last.flatMap { Int32($0) } }
    }

    @Test func `row 63: output and exit status of a child that ends by itself`() async throws {
        let result = try await ChildProcess.run("sh", "-c", "cat; echo oops >&2; exit 3", input: Array("in".utf8))
        #expect(result.output.text == "in")
        #expect(result.errors.text == "oops\n")
        #expect(result.outcome == .exited(3))
        #expect(!result.isSuccess && !result.timedOut && result.signals.isEmpty && result.survivors.isEmpty)
    }

    @Test func `row 63: a child whose time is over is ended by the first signal that it heeds`() async throws {
        let result = try await ChildProcess.run("sleep", "60", timeout: .milliseconds(100))
        #expect(result.outcome == .signaled(SIGTERM, coreDumped: false))
        #expect(result.timedOut && result.signals == [SIGTERM] && !result.isSuccess)
        #expect(result.output.bytes.isEmpty)
    }

    @Test func `row 63: a child that is deaf gets every signal of the ladder`() async throws {
        var stop = Self.quick
        stop.steps.append(StopSequence.Step(signal: SIGQUIT, patience: .milliseconds(100)))
        let result = try await ChildProcess.run(
            "sh", "-c", "trap '' TERM QUIT; echo deaf; while :; do sleep 0.1; done", timeout: .seconds(1), stop: stop)
        #expect(result.outcome == .signaled(SIGKILL, coreDumped: false))
        #expect(result.timedOut && result.output.text == "deaf\n")
        #expect(result.signals.prefix(3) == [SIGTERM, SIGQUIT, SIGKILL])
    }

    @Test func `row 62: a tree that will not end is gone by limit and grace, the double-forked grandchild too`()
        async throws
    {
        let began = MonotonicTime.now()
        let result = try await ChildProcess.run(
            Self.fixture, "tree", "deaf", timeout: .seconds(2), stop: Self.quick)
        let took = MonotonicTime.now() - began
        let pids = Self.pids(in: result.output.text)
        #expect(pids.count == 2, "\(result.output.text)")
        #expect(!Self.anyAlive(pids) && result.survivors.isEmpty)
        #expect(result.outcome == .signaled(SIGKILL, coreDumped: false))
        #expect(took < .seconds(20), "took \(took)")
    }

    @Test func `what a child leaves behind at its end is ended, too`() async throws {
        let result = try await ChildProcess.run(Self.fixture, "tree", "leave", stop: Self.quick)
        let pids = Self.pids(in: result.output.text)
        #expect(result.outcome == .exited(0) && !result.timedOut)
        #expect(!pids.isEmpty && !Self.anyAlive(pids))
    }

    @Test func `a cancelled task ends the tree before it throws`() async throws {
        let directory = try TestDirectory()
        let task = Task {
            var child = ChildProcess([
                "sh", "-c",
                "echo $$ > \(directory.path(of: "pid")).new; mv \(directory.path(of: "pid")).new \(directory.path(of: "pid")); exec sleep 60",
            ])
            child.stop = Self.quick
            return try await child.run()
        }
        let deadline = MonotonicTime.now() + .seconds(30)
        while directory.read("pid") == nil, MonotonicTime.now() < deadline {
            try await Task.sleep(for: .milliseconds(5))
        }
        let pid = try #require(directory.read("pid").flatMap { Int32($0.dropLast()) })
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!Self.anyAlive([pid]))
    }

    @Test func `the head or the tail of a flood is kept, and what is missing is counted`() async throws {
        var child = ChildProcess(["sh", "-c", "i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done"])
        child.outputLimit = .head(ByteSize(bytes: 4))
        let head = try await child.run()
        #expect(head.output.text == "0\n1\n" && head.output.cutBefore == 0)
        child.outputLimit = .tail(ByteSize(bytes: 12))
        let tail = try await child.run()
        #expect(tail.output.text == "19998\n19999\n" && tail.output.cutAfter == 0)
        #expect(head.output.cutAfter == tail.output.cutBefore + 8)
        #expect(!head.output.isWhole && head.isSuccess && tail.isSuccess)
    }

    @Test func `a megabyte goes through a child that echoes it`() async throws {
        let input = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let result = try await ChildProcess.run("cat", input: input)
        #expect(result.output.bytes == input && result.output.isWhole)
    }

    @Test func `a child that does not read its input is no error`() async throws {
        let result = try await ChildProcess.run("true", input: [UInt8](repeating: 65, count: 1_000_000))
        #expect(result.isSuccess)
    }

    @Test func `environment and directory are the child's own`() async throws {
        var child = ChildProcess(["sh", "-c", "echo $COLOUR $HOME; pwd"])
        child.environment = .only(["COLOUR": "green", "PATH": "/usr/bin:/bin"])
        child.directory = "/usr"
        #expect(try await child.run().output.text == "green\n/usr\n")
        child.environment = .inherited(with: ["COLOUR": "red", "HOME": nil])
        #expect(try await child.run().output.text == "red\n/usr\n")
    }

    @Test func `a program that is not there is named`() async {
        await #expect(throws: ChildProcessError.self) { try await ChildProcess.run("no-such-program") }
        do { _ = try await ChildProcess.run("no-such-program") } catch {
            #expect("\(error)".contains("no-such-program") && (error as? ChildProcessError)?.code == .cannotStart)
        }
        await #expect(throws: ChildProcessError.self) { try await ChildProcess([]).run() }
    }

    @Test func `the blocking form gives the same`() throws {
        let result = try Self.blocking(ChildProcess(["sh", "-c", "echo out; kill -9 $$"]))
        #expect(result.output.text == "out\n" && result.outcome == .signaled(SIGKILL, coreDumped: false))
    }

    private static func blocking(_ child: ChildProcess) throws -> ChildResult { try child.runBlocking() }
}
