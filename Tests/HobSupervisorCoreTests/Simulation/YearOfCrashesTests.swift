import HobPolicy
import HobProtocol
import HobTestKit
import Testing

@testable import HobSupervisorCore

/// Ten thousand services through a year of crashes, in virtual time.
@Suite(.blocking) struct YearOfCrashesTests {
    @Test func tenThousandServicesLiveThroughAYearOfCrashes() {
        let seed = TestEnvironment.seed()
        let year = Duration.seconds(365 * 86_400)
        // A debug build on a busy machine affords a few crashes a year each; the long run has one a week.
        let meanLife = year / (TestEnvironment.isLong ? 52 : 3)
        var world = RandomWorld(seed: seed)
        var services: [ServiceDefinition] = []
        var simulation = Simulation(seed: seed)
        simulation.checksEverything = false
        for number in 0..<10_000 {
            var service = ServiceDefinition.simulated("s\(number)")
            // Groups of fifty, each behind one of its own; restarts of that one touch the other 49.
            let first = number - number % 50
            if number != first { service.after = ["s\(first)"] }
            if world.chance(20) { service.readiness = ReadinessDefinition(kind: .notify) }
            var behaviour = SimulatedBehaviour()
            behaviour.meanLife = meanLife
            if world.chance(10) { behaviour.leavings = 20 }
            if world.chance(10) { behaviour.transientSpawnFailures = 10 }
            if world.chance(5) { behaviour.immediateExits = 30 }
            simulation.kernel.behaviours[service.name] = behaviour
            services.append(service)
        }
        let clock = ContinuousClock()
        let began = clock.now
        simulation.apply(services, bringUp: services.map(\.name))
        simulation.run(for: .seconds(600))
        let atStart = Set(simulation.states.values)
        simulation.run(for: year)
        let crashes = simulation.supervision.instances.reduce(0) { $0 + ($1?.machine.restarts ?? 0) }
        let up = simulation.states.values.count { $0.isUp }
        #expect(simulation.violations == [], "HOB_SEED=\(seed)")
        #expect(simulation.supervision.contradictions() == [], "HOB_SEED=\(seed)")
        #expect(atStart.isSubset(of: [.running, .ready, .backingOff]), "HOB_SEED=\(seed)")
        #expect(up > 9_990 && crashes > 20_000, "HOB_SEED=\(seed): \(up) are up after \(crashes) crashes")
        print("a year: \(crashes) crashes, \(simulation.steps) steps, seed \(seed), \(clock.now - began)")
    }
}
