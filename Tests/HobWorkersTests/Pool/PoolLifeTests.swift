import Glibc
import HobPolicy
import HobSystem
import HobTestKit
import HobWorkers
import Testing

/// The lives of real workers: recycling, limits, starts that fail.
@Suite(.ownThread) struct PoolLifeTests {
    @Test func `a worker is replaced when it has served enough requests, and none is dropped`() async throws {
        var options = Pools.options
        options.maximumRequests = 20
        let pool = try Pools.make(min: 2, max: 2, options)
        try await pool.start()
        let load = try EchoLoad(try #require(pool.address(of: "echo")), clients: 3)
        #expect(await Pools.wait(pool) { $0.started >= 6 && load.answered >= 100 })
        let tally = load.end()
        #expect(tally.unanswered == 0 && tally.refused == 0, "\(tally)")
        #expect(pool.status.failed == 0 && pool.status.requests > 0)
        await pool.stop()
    }

    @Test func `a worker is replaced at its age`() async throws {
        var options = Pools.options
        options.maximumAge = .milliseconds(300)
        let pool = try Pools.make(min: 1, max: 1, options)
        try await pool.start()
        let first = Pools.pids(pool)
        #expect(await Pools.wait(pool) { $0.started >= 3 })
        #expect(Pools.pids(pool) != first && pool.status.failed == 0)
        await pool.stop()
    }

    @Test func `a worker with too much memory is replaced`() async throws {
        var options = Pools.options
        options.maximumMemory = ByteSize(bytes: 150_000_000)
        let pool = try Pools.make(min: 1, max: 1, options)
        try await pool.start()
        let address = try #require(pool.address(of: "echo"))
        let fat = try #require(try EchoClient.ask("grow", at: address)).pid
        #expect(await Pools.wait(pool) { $0.started == 2 && $0.workers.count == 1 && $0.ready == 1 })
        #expect(Pools.pids(pool).first != fat && pool.status.failed == 0)
        await pool.stop()
    }

    @Test func `the error of workers that throw at once is in the status, and a stop leaves nobody`() async throws {
        let pool = try Pools.make("FailingWorker", min: 1, max: 1, listeners: [])
        // It is ready before it throws, so the start itself goes well.
        try await pool.start()
        #expect(await Pools.wait(pool) { $0.failed >= 3 })
        #expect(pool.status.failures.last?.text == "Refusal: it fails at once")
        await pool.stop(within: .zero)
        #expect(pool.status.workers.isEmpty)
    }

    @Test func `workers that die at once do not keep the machine busy`() async throws {
        let pool = try Pools.make("FailingWorker", min: 1, max: 1, listeners: [])
        try await pool.start()
        // Unthrottled it would be hundreds a second; with pauses of 20, 40, 80 … ms the tenth is 10 s away.
        #expect(await Pools.wait(pool) { !$0.waiting.isEmpty })
        try await Task.sleep(for: .seconds(1))
        #expect(pool.status.started < 20, "\(pool.status.started) were started")
        await pool.stop(within: .zero)
    }

    @Test func `a start is over at its deadline when a worker is never ready`() async throws {
        var options = Pools.options
        options.startDeadline = .milliseconds(500)
        let pool = try Pools.make("SilentWorker", min: 1, max: 1, options, listeners: [])
        do {
            try await pool.start()
            Issue.record("it has started")
        } catch let error as WorkerPoolError {
            #expect(error.code == .startFailed && error.message.contains("not ready in time"), "\(error)")
        }
        #expect(pool.status.workers.isEmpty)
    }

    @Test func `a worker that the executable does not declare is named`() async throws {
        let pool = try Pools.make("Nobody", min: 1, max: 1, listeners: [])
        do {
            try await pool.start()
            Issue.record("it has started")
        } catch { #expect("\(error)".contains("there is no worker Nobody"), "\(error)") }
    }

    @Test func `a program whose main does not become a worker is told the sentence`() async throws {
        let pool = try WorkerPool(executable: "/bin/true", worker: "Echo", min: 1, max: 1, options: Pools.options)
        do {
            try await pool.start()
            Issue.record("it has started")
        } catch { #expect("\(error)".contains("WorkerProcess.becomeWorkerIfAsked([Echo.self])"), "\(error)") }
    }

    @Test func `a pool of this very program is refused at once, since the test runner's main is not ours`() async throws
    {
        let pool = try WorkerPool(Nothing.self, min: 1, max: 1, options: Pools.options)
        do {
            try await pool.start()
            Issue.record("it has started")
        } catch let error as WorkerPoolError {
            #expect(error.code == .notAWorkerHost)
            #expect(error.message.contains("WorkerProcess.becomeWorkerIfAsked([Nothing.self])"), "\(error)")
        }
        #expect(pool.status.started == 0)
    }

    private struct Nothing: Worker {
        func run(_ context: WorkerContext) async throws {}
    }

    @Test func `an executable that was replaced meanwhile is named by a restart, and the old workers stay`()
        async throws
    {
        let directory = try TestDirectory()
        let program = directory.path(of: "program")
        try directory.copy(FixtureProgram.path(of: "fixture-workers"), to: "program")
        let pool = try WorkerPool(
            executable: program, worker: "EchoWorker", min: 1, max: 1, listeners: [.tcp("echo", "127.0.0.1:0")],
            options: Pools.options)
        try await pool.start()
        let pids = Pools.pids(pool)
        // Another build: the same bytes and one more, under the same name.
        let bytes = try Descriptor.open(program).readAll(limit: 256 << 20) + [0]
        unlink(program)
        let file = try Descriptor.open("program", in: directory.descriptor, flags: [.writeOnly, .create], mode: 0o755)
        try file.writeAll(bytes)
        file.close()
        do {
            try await pool.restart()
            Issue.record("it was restarted")
        } catch let error as WorkerPoolError { #expect(error.code == .buildMismatch, "\(error)") }
        #expect(Pools.pids(pool) == pids && pool.status.ready == 1)
        // A worker of the other build is found out by its first word.
        kill(pids[0], SIGKILL)
        #expect(await Pools.wait(pool) { $0.failures.contains { $0.text.contains("another build") } })
        await pool.stop(within: .zero)
    }

    @Test func `code that passes its hard timeout is ended with its process, which names it`() async throws {
        let pool = try Pools.make(min: 1, max: 1)
        try await pool.start()
        #expect(try EchoClient.ask("overrun", at: try #require(pool.address(of: "echo"))) == nil)
        #expect(await Pools.wait(pool) { $0.failed == 1 && $0.ready == 1 })
        #expect(pool.status.failures.first?.text == "hard timeout: the overrun took longer than 100ms")
        await pool.stop()
    }

    @Test func `a request that is slow is finished by a worker that is replaced`() async throws {
        let pool = try Pools.make(min: 1, max: 1)
        try await pool.start()
        let address = try #require(pool.address(of: "echo"))
        let answer = Promise()
        try Thread.start(name: "slow") { answer.set(try? EchoClient.ask("slow", at: address)?.text) }
        try await pool.restart()
        #expect(answer.wait() == "slow")
        await pool.stop()
    }

    private final class Promise: Sendable {
        private let value = Monitor<String??>(nil)

        func set(_ text: String?) {
            value.withLock { $0 = .some(text) }
            value.signal()
        }

        func wait() -> String? { value.wait { $0 } }
    }

    @Test func `the title of a worker's process says whose it is`() async throws {
        var options = Pools.options
        options.name = "front"
        let pool = try Pools.make(min: 1, max: 1, options)
        try await pool.start()
        let pid = try #require(Pools.pids(pool).first)
        let line = try Descriptor.open("/proc/\(pid)/cmdline").readAll(limit: 4096)
        #expect(String(decoding: line.prefix { $0 != 0 }, as: UTF8.self) == "front: worker 1")
        #expect(ProcessFacts.name(of: pid) == "front 1")
        await pool.stop()
    }

    @Test func `bounds and names that make no sense are refused`() {
        #expect(throws: WorkerPoolError.self) { try Pools.make(min: 0, max: 2) }
        #expect(throws: WorkerPoolError.self) { try Pools.make(min: 3, max: 2) }
        #expect(throws: WorkerPoolError.self) {
            try Pools.make(min: 1, max: 1, listeners: [.tcp("a b", "127.0.0.1:0")])
        }
        #expect(throws: WorkerPoolError.self) {
            try Pools.make(min: 1, max: 1, listeners: [.tcp("a", "127.0.0.1:0"), .tcp("a", "127.0.0.1:0")])
        }
        #expect(throws: WorkerPoolError.self) { try Pools.make(min: 1, max: 1, listeners: [.tcp("a", "nonsense")]) }
    }
}
