import Glibc
import HobSystem
import HobTestKit
import HobWorkers
import Testing

/// The checklist's rows on worker processes, with real ones.
@Suite(.ownThread) struct PoolRowTests {
    private static func state(of pid: Int32) -> UInt8? { ProcessFacts.of(pid: pid)?.state }

    @Test func `row 65: eight workers are eight processes, and after a stop none is left, not even a zombie`()
        async throws
    {
        let pool = try Pools.make(min: 8, max: 8)
        try await pool.start()
        let pids = Pools.pids(pool)
        #expect(Set(pids).count == 8 && pool.status.ready == 8)
        for pid in pids { #expect(ProcessFacts.of(pid: pid)?.parent == getpid()) }
        let began = MonotonicTime.now()
        await pool.stop(within: .seconds(20))
        #expect(MonotonicTime.now() - began < .seconds(20))
        #expect(pool.status.workers.isEmpty)
        for pid in pids { #expect(Self.state(of: pid) == nil, "\(pid) is in state \(Self.state(of: pid) ?? 0)") }
    }

    @Test func `row 65: a worker that does not heed the stop is killed at its deadline`() async throws {
        let pool = try Pools.make("BurdenedWorker", min: 2, max: 2, listeners: [])
        try await pool.start()
        let pids = Pools.pids(pool)
        await pool.stop(within: .milliseconds(100))
        for pid in pids { #expect(Self.state(of: pid) == nil) }
    }

    @Test func `row 66: three stay three after kill -9, and a fourth beyond the bounds is refused`() async throws {
        let pool = try Pools.make(min: 3, max: 3)
        try await pool.start()
        let before = Set(Pools.pids(pool))
        let victim = try #require(before.first)
        kill(victim, SIGKILL)
        #expect(await Pools.wait(pool) { $0.failed == 1 && $0.ready == 3 })
        #expect(Set(Pools.pids(pool)).intersection(before) == before.subtracting([victim]))
        do {
            try await pool.scale(to: 4)
            Issue.record("it was allowed")
        } catch let error as WorkerPoolError { #expect(error.code == .outOfBounds, "\(error)") }
        #expect(pool.status.workers.count == 3)
        await pool.stop()
    }

    @Test func `row 66: a pool scales live, both ways`() async throws {
        let pool = try Pools.make(min: 1, max: 4)
        try await pool.start()
        try await pool.scale(to: 4)
        #expect(await Pools.wait(pool) { $0.ready == 4 })
        try await pool.scale(to: 2)
        #expect(await Pools.wait(pool) { $0.ready == 2 && $0.workers.count == 2 })
        #expect(pool.status.workers.map(\.number) == [1, 2] && pool.status.failed == 0)
        await pool.stop()
    }

    @Test func `row 67: HUP to one worker changes only its pid, and drops no request of a running load`() async throws {
        let pool = try Pools.make(min: 3, max: 3)
        try await pool.start()
        let load = try EchoLoad(try #require(pool.address(of: "echo")), clients: 4)
        let before = Pools.pids(pool)
        kill(before[1], SIGHUP)
        #expect(await Pools.wait(pool) { $0.workers.count == 3 && $0.ready == 3 && $0.workers[1].pid != before[1] })
        let after = Pools.pids(pool)
        #expect(after[0] == before[0] && after[2] == before[2] && after[1] != before[1])
        try await pool.restart(worker: 3)
        #expect(Pools.pids(pool)[0] == before[0] && Pools.pids(pool)[2] != before[2])
        let tally = load.end()
        #expect(tally.unanswered == 0 && tally.refused == 0 && tally.answered > 0, "\(tally)")
        #expect(pool.status.failed == 0)
        await pool.stop()
    }

    @Test func `row 68: a worker whose tasks do not turn any more is killed and replaced`() async throws {
        var options = Pools.options
        options.heartbeat = .automatic(within: .seconds(3))
        let pool = try Pools.make(min: 1, max: 1, options)
        try await pool.start()
        let address = try #require(pool.address(of: "echo"))
        let pid = try #require(Pools.pids(pool).first)
        // The worker blocks all of its threads and never answers.
        #expect(try EchoClient.ask("hang", at: address, within: .seconds(60)) == nil)
        #expect(await Pools.wait(pool) { $0.failed >= 1 && $0.ready == 1 })
        let end = try #require(pool.status.failures.first)
        #expect(end.reason == .stuck && end.pid == pid && end.outcome == .signaled(SIGKILL, coreDumped: false))
        #expect(try EchoClient.ask("again", at: address)?.text == "again")
        await pool.stop()
    }

    @Test func `row 68: by hand, a worker whose one task hangs is killed, though others turn`() async throws {
        var options = Pools.options
        options.heartbeat = .manual(within: .seconds(2))
        let pool = try Pools.make("ManualWorker", min: 1, max: 1, options, listeners: [])
        try await pool.start()
        #expect(await Pools.wait(pool) { $0.failed >= 1 })
        let end = try #require(pool.status.failures.first)
        #expect(end.reason == .stuck && end.lifetime >= .seconds(2), "\(end)")
        // It hangs after a second of beats, and the limit is two.
        print("stuck worker: killed \(end.lifetime) after its start; due were about 3 s")
        await pool.stop(within: .zero)
    }

    @Test func `row 69: type and text of a worker's error are in the status`() async throws {
        let pool = try Pools.make("SerialWorker", min: 1, max: 1)
        try await pool.start()
        #expect(try EchoClient.ask("throw", at: try #require(pool.address(of: "echo"))) == nil)
        #expect(await Pools.wait(pool) { $0.failed == 1 && $0.ready == 1 })
        let end = try #require(pool.status.failures.first)
        #expect(end.text == "Refusal: it was told to" && end.outcome == .exited(1) && end.reason == .unasked)
        await pool.stop()
    }

    @Test func `row 69: of a worker that crashes the status has the signal and the last lines of its stderr`()
        async throws
    {
        let pool = try Pools.make(min: 1, max: 1)
        try await pool.start()
        #expect(try EchoClient.ask("trap", at: try #require(pool.address(of: "echo"))) == nil)
        #expect(await Pools.wait(pool) { $0.failed == 1 && $0.ready == 1 })
        let end = try #require(pool.status.failures.first)
        #expect(end.text.contains("the fixture traps"), "\(end.text)")
        guard case .signaled? = end.outcome else {
            Issue.record("it ended otherwise: \(end.sentence)")
            return
        }
        await pool.stop()
    }

    @Test func `row 70: four workers on one inherited socket each serve some of 200 requests`() async throws {
        let directory = try TestDirectory()
        let path = directory.path(of: "echo.sock")
        let listeners: [WorkerListener] = [.tcp("echo", "127.0.0.1:0"), .unix("other", path: path)]
        let pool = try Pools.make(min: 4, max: 4, listeners: listeners)
        try await pool.start()
        let address = try #require(pool.address(of: "echo"))
        #expect(pool.address(of: "other") == path)
        var served: [Int32: Int] = [:]
        for number in 0..<200 {
            let answer = try #require(try EchoClient.ask("\(number)", at: address))
            #expect(answer.text == "\(number)")
            served[answer.pid, default: 0] += 1
        }
        #expect(Set(served.keys) == Set(Pools.pids(pool)), "\(served)")
        await pool.stop()
    }

    @Test func `a Unix socket serves as well, and is gone with the pool`() async throws {
        let directory = try TestDirectory()
        let path = directory.path(of: "echo.sock")
        var pool: WorkerPool? = try Pools.make(min: 2, max: 2, listeners: [.unix("echo", path: path)])
        try await pool?.start()
        for number in 0..<20 { #expect(try EchoClient.ask("\(number)", at: path)?.text == "\(number)") }
        await pool?.stop()
        pool = nil
        #expect(access(path, F_OK) != 0)
    }
}
