import HobPolicy
import HobProtocol
import HobTestKit
import Testing

@testable import HobSupervisorCore

/// Back-off, limits and normal ends, in virtual time.
@Suite(.blocking) struct RestartPolicyRowTests {
    /// One service that crashes so long after each start, and what it did for a while.
    private struct Crashes {
        var simulation: Simulation
        /// When each process was made and when each ended.
        var starts: [MonotonicInstant] = []
        var ends: [MonotonicInstant] = []

        init(seed: UInt64, living: Duration?, immediate: Bool = false, _ change: (inout ServiceDefinition) -> Void) {
            simulation = Simulation(seed: seed)
            simulation.kernel.longestDelay = .zero
            var service = ServiceDefinition.simulated("web")
            change(&service)
            var behaviour = SimulatedBehaviour()
            behaviour.immediateExits = immediate ? 100 : 0
            behaviour.fixedLife = living
            simulation.kernel.behaviours["web"] = behaviour
            simulation.apply([service], bringUp: ["web"])
        }

        mutating func run(for time: Duration) {
            let limit = simulation.now + time
            var count = simulation.kernel.spawns
            var restarts = simulation.supervision.instances[0]?.machine.restarts ?? 0
            _ = simulation.run(for: limit - simulation.now) { simulation in
                if simulation.kernel.spawns > count {
                    count = simulation.kernel.spawns
                    starts.append(simulation.now)
                }
                let now = simulation.supervision.instances[0]?.machine.restarts ?? 0
                if now > restarts {
                    restarts = now
                    ends.append(simulation.now)
                }
                return false
            }
        }

        /// The time from each end to the next start.
        var gaps: [Duration] {
            zip(ends, starts.dropFirst()).map { $1 - $0 }
        }
    }

    @Test func `row 90: a crash loop follows the back-off exactly, at once, then 100 ms doubling to 30 s`() {
        var crashes = Crashes(seed: 3, living: nil, immediate: true) { $0.restart.backoff.jitter = 0 }
        crashes.run(for: .seconds(400))
        #expect(crashes.simulation.violations == [])
        let expected: [Duration] =
            [.zero] + (0..<9).map { .milliseconds(100 << $0) } + Array(repeating: .seconds(30), count: 8)
        for (gap, delay) in zip(crashes.gaps, expected) {
            // A spawn takes up to a millisecond on the simulated machine.
            #expect(gap >= delay && gap <= delay + .milliseconds(2), "\(gap) instead of \(delay)")
        }
        #expect(crashes.gaps.count >= 18)
    }

    @Test func `row 90: jitter stays within its share, both ways, and differs between services`() {
        let backoff = Backoff()
        var generator = SplitMix64(seed: TestEnvironment.seed())
        var seen: Set<Int64> = []
        for failures in 2...40 {
            let plain = backoff.plainDelay(afterFailures: failures)
            for _ in 0..<200 {
                let delay = backoff.delay(afterFailures: failures, using: &generator)
                #expect(delay >= plain * 0.799_999 && delay <= plain * 1.200_001)
                seen.insert(delay.wholeNanoseconds)
            }
        }
        #expect(seen.count > 7_000)
    }

    @Test(arguments: [1, 3, 10])
    func `row 90, 91: restarts never exceed the limit in any window`(count: Int) {
        let window = Duration.seconds(10)
        let seed = TestEnvironment.seed()
        var crashes = Crashes(seed: seed, living: .milliseconds(300)) {
            $0.restart.limit = RateLimit(count: count, window: window)
        }
        crashes.run(for: .seconds(3_000))
        #expect(crashes.simulation.violations == [])
        #expect(crashes.starts.count > count + 5)
        // An end that was answered by a wait for a retry was no restart by the limit.
        let restarts = zip(crashes.ends, crashes.gaps).filter { $1 < .seconds(24) }.map(\.0)
        for (index, end) in restarts.enumerated() where index + count < restarts.count {
            #expect(restarts[index + count] - end >= window, "HOB_SEED=\(seed)")
        }
    }

    @Test func `row 91: 11 crashes within 9 s with limit 10 in 10 s fail, and nothing starts any more`() {
        var crashes = Crashes(seed: 1, living: .milliseconds(800)) {
            $0.restart.limit = RateLimit(count: 10, window: .seconds(10))
            $0.restart.retry = nil
            // The window is what is tried here, so nothing else slows the crashes down.
            $0.restart.backoff = Backoff(
                initial: .zero, maximum: .zero, factor: 1, jitter: 0, resetAfter: .seconds(10))
        }
        crashes.run(for: .seconds(8))
        #expect(crashes.simulation.state("web") != .failed)
        crashes.run(for: .seconds(2))
        #expect(crashes.ends.count == 11)
        #expect(crashes.simulation.state("web") == .failed)
        let starts = crashes.starts.count
        crashes.run(for: .seconds(100_000))
        #expect(crashes.starts.count == starts)
        #expect(crashes.simulation.violations == [])
    }

    @Test func `row 91: by default a failed service is tried again after 30 s doubling to 5 min`() {
        var crashes = Crashes(seed: 1, living: .milliseconds(50)) {
            $0.restart.limit = RateLimit(count: 1, window: .seconds(3_600))
            $0.restart.retry?.jitter = 0
        }
        crashes.run(for: .seconds(1_500))
        let waits = crashes.gaps.dropFirst().map { Int($0.components.seconds) }
        #expect(Array(waits.prefix(6)) == [30, 60, 120, 240, 300, 300])
    }

    @Test func `row 92: delays reset after a healthy period`() {
        var crashes = Crashes(seed: 1, living: nil, immediate: true) { $0.restart.backoff.jitter = 0 }
        crashes.run(for: .seconds(10))
        #expect((crashes.simulation.supervision.instances[0]?.machine.failures ?? 0) > 5)
        crashes.simulation.kernel.set(SimulatedBehaviour(), slot: 0)
        crashes.run(for: .seconds(60))
        crashes.simulation.kernel.kill(0)
        let before = crashes.starts.count
        crashes.run(for: .milliseconds(100))
        #expect(crashes.starts.count == before + 1)
        #expect(crashes.simulation.supervision.instances[0]?.machine.failures == 1)
    }

    @Test func `row 92: time spent on ending what a crash left is no healthy period`() {
        var crashes = Crashes(seed: 1, living: .milliseconds(500)) { $0.restart.backoff.jitter = 0 }
        var behaviour = SimulatedBehaviour()
        behaviour.fixedLife = .milliseconds(500)
        behaviour.leavings = 100
        behaviour.leavingsLast = .seconds(3_600)
        behaviour.obeysAfter = nil
        crashes.simulation.kernel.set(behaviour, slot: 0)
        crashes.run(for: .seconds(100))
        #expect((crashes.simulation.supervision.instances[0]?.machine.failures ?? 0) >= 5)
    }

    @Test(arguments: [
        (RestartPolicy.Condition.always, ExitOutcome.exited(0), ActualState.running),
        (.always, .exited(3), .done), (.always, .exited(4), .running),
        (.always, .signaled(10, coreDumped: false), .done),
        (.failure, .exited(0), .done), (.failure, .exited(3), .done), (.failure, .exited(1), .running),
        (.failure, .signaled(10, coreDumped: false), .done), (.failure, .signaled(11, coreDumped: true), .running),
        (.failure, .unknown, .running), (.never, .exited(0), .done), (.never, .exited(1), .failed),
    ])
    func `row 93: listed statuses and signals are normal ends, others respawn`(
        condition: RestartPolicy.Condition, outcome: ExitOutcome, state: ActualState
    ) {
        var simulation = Simulation(seed: 1)
        var service = ServiceDefinition.simulated("web")
        service.restart = RestartPolicy(condition: condition, normalStatuses: [3], normalSignals: [10])
        simulation.apply([service], bringUp: ["web"])
        simulation.run(for: .seconds(60))
        simulation.kernel.kill(0, outcome)
        simulation.run(for: .seconds(60))
        #expect(simulation.state("web") == state)
        #expect(simulation.kernel.spawns == (state == .running ? 2 : 1))
        #expect(simulation.violations == [])
    }

    @Test func `row 89: a program that exits at once is never up, 1,000 runs`() {
        let seed = TestEnvironment.seed()
        for run in 0..<1_000 {
            var simulation = Simulation(seed: seed &+ UInt64(run))
            simulation.checksEverything = false
            var behaviour = SimulatedBehaviour()
            behaviour.immediateExits = 100
            simulation.kernel.behaviours["web"] = behaviour
            let id = simulation.apply([.simulated("web")], bringUp: ["web"])
            let wasUp = simulation.run(for: .seconds(2)) { $0.state("web")?.isUp == true }
            #expect(!wasUp)
            #expect(simulation.outcome(id, "web")?.kind == .failed)
            #expect(simulation.outcome(id, "web")?.status == 1)
        }
    }

    @Test func `a spawn that fails for a reason of the machine's is tried again, and nobody is told of a failure`() {
        var simulation = Simulation(seed: 1)
        var behaviour = SimulatedBehaviour()
        behaviour.transientSpawnFailures = 3
        simulation.kernel.behaviours["web"] = behaviour
        let id = simulation.apply([.simulated("web")], bringUp: ["web"])
        simulation.run(for: .seconds(60))
        #expect(simulation.outcome(id, "web")?.kind == .started)
    }

    @Test func `a reason of the machine's that does not pass is told to those who wait, and trying goes on`() {
        var simulation = Simulation(seed: 1)
        var behaviour = SimulatedBehaviour()
        behaviour.transientSpawnFailures = 100
        simulation.kernel.behaviours["web"] = behaviour
        let id = simulation.apply([.simulated("web")], bringUp: ["web"])
        simulation.run(for: .seconds(5))
        #expect(simulation.outcome(id, "web")?.kind == .failed)
        simulation.kernel.set(SimulatedBehaviour(), slot: 0)
        simulation.run(for: .seconds(60))
        #expect(simulation.state("web")?.isUp == true)
    }

    @Test func `left-overs that are in the way for ever do not make a loop without a pause`() {
        var simulation = Simulation(seed: 1)
        var behaviour = SimulatedBehaviour()
        behaviour.strangers = 100
        simulation.kernel.behaviours["web"] = behaviour
        simulation.apply([.simulated("web")], bringUp: ["web"])
        simulation.run(for: .seconds(3_600))
        #expect(simulation.supervision.instances[0]?.machine.generation ?? 0 < 150)
        #expect(simulation.violations == [])
    }
}
