import Glibc
import HobPolicy
import HobSystem
import HobTestKit
import HobWorkers
import Testing

/// A prefork echo server of eight workers under load.
@Suite(.ownThread, .serialized) struct PoolStormTests {
    @Test func `twenty rolling restarts of eight workers under load drop no request`() async throws {
        let pool = try Pools.make(min: 8, max: 8)
        try await pool.start()
        let load = try EchoLoad(try #require(pool.address(of: "echo")), clients: 6)
        for _ in 0..<20 {
            let before = Set(Pools.pids(pool))
            try await pool.restart()
            let after = Set(Pools.pids(pool))
            #expect(after.count == 8 && after.isDisjoint(with: before))
        }
        let tally = load.end()
        #expect(tally.unanswered == 0 && tally.refused == 0 && tally.answered > 0, "\(tally)")
        print("rolling restarts: \(tally.answered) requests answered, none dropped")
        #expect(pool.status.failed == 0 && pool.status.started == 8 + 160)
        await pool.stop()
    }

    @Test func `of twenty workers killed with -9 under load only what was in their hands is lost, and all come back`()
        async throws
    {
        let seed = TestEnvironment.seed()
        print("kills: HOB_SEED=\(seed)")
        var random = SplitMix64(seed: seed)
        let events = PoolEvents()
        var options = Pools.options
        options.observer = { events.add($0) }
        let pool = try Pools.make(min: 8, max: 8, options)
        try await pool.start()
        let clients = 6
        let load = try EchoLoad(try #require(pool.address(of: "echo")), clients: clients)
        for round in 1...20 {
            let victim = try #require(Pools.pids(pool).randomElement(using: &random))
            let answered = load.answered
            kill(victim, SIGKILL)
            #expect(await Pools.wait(pool) { $0.failed == round && $0.ready == 8 })
            // The others have gone on.
            #expect(await Pools.wait(pool) { _ in load.answered > answered })
        }
        let tally = load.end()
        // A worker has no more connections in hand than there are clients; the listener is the pool's, so none is refused.
        #expect(tally.refused == 0, "\(tally.failures.first ?? "")")
        #expect(tally.unanswered <= 20 * clients && tally.answered > 0, "\(tally)")
        let times = events.replacements.sorted()
        #expect(times.count == 20)
        if let median = times.dropFirst(times.count / 2).first, let worst = times.last {
            print(
                "killed workers: replaced after \(median) (median), \(worst) (worst); \(tally.unanswered) requests lost"
            )
            #expect(median < .seconds(2), "\(times)")
        }
        await pool.stop()
    }
}
