import HobPolicy
import HobProtocol
import HobTestKit
import Testing

@testable import HobSupervisorCore

/// Rolling restarts.
@Suite(.blocking) struct RolloutTests {
    private static func web(_ instances: Int, seed: UInt64 = 1) -> Simulation {
        var web = ServiceDefinition.simulated("web")
        web.instances = instances
        web.isNumbered = true
        var simulation = Simulation(seed: seed)
        simulation.apply([web], bringUp: ["web"])
        simulation.run(for: .seconds(5))
        simulation.expectsOneDownAtMost = true
        return simulation
    }

    @Test func `a rolling restart never has two instances down, and replaces all`() {
        var simulation = Self.web(5)
        let id = simulation.order(.restart([0, 1, 2, 3, 4], rolling: true, force: false))
        simulation.run(for: .seconds(10))
        #expect(simulation.finished[id]?.map(\.kind) == Array(repeating: .started, count: 5))
        #expect((1...5).map { simulation.generation("web@\($0)") } == [2, 2, 2, 2, 2])
        #expect(simulation.violations == [])
    }

    @Test func `many rolling restarts at random times never have two instances of a service down`() {
        let seed = TestEnvironment.seed()
        for run in 0..<20 {
            var world = RandomWorld(seed: seed &+ UInt64(run))
            var services: [ServiceDefinition] = []
            for number in 0..<3 {
                var service = ServiceDefinition.simulated("s\(number)")
                service.instances = 2 + world.draw(4)
                service.isNumbered = true
                if world.chance(50) { service.readiness = ReadinessDefinition(kind: .notify, timeout: .seconds(5)) }
                if number > 0, world.chance(50) { service.requires = ["s\(number - 1)"] }
                services.append(service)
            }
            var simulation = Simulation(seed: seed &+ UInt64(run))
            simulation.apply(services, bringUp: services.map(\.name))
            simulation.run(for: .seconds(20))
            simulation.expectsOneDownAtMost = true
            for _ in 0..<10 {
                let slots = simulation.supervision.instances.indices.filter { _ in world.chance(60) }
                simulation.order(.restart(slots, rolling: true, force: false))
                simulation.run(for: world.time(0...1_500))
            }
            simulation.run(for: .seconds(60))
            #expect(simulation.open.isEmpty)
            #expect(simulation.violations == [], "HOB_SEED=\(seed)")
        }
    }

    @Test func `a rollout stops at the first instance that does not come up, and says so of the others`() {
        var simulation = Self.web(3)
        simulation.expectsOneDownAtMost = false
        var broken = SimulatedBehaviour()
        broken.immediateExits = 100
        simulation.kernel.set(broken, slot: 1)
        let id = simulation.order(.restart([0, 1, 2], rolling: true, force: false))
        simulation.run(for: .seconds(10))
        #expect(simulation.outcome(id, "web@1")?.kind == .started)
        #expect(simulation.outcome(id, "web@2")?.kind == .failed)
        #expect(simulation.outcome(id, "web@3")?.message == "not restarted, since web@2 did not come up")
        #expect(simulation.generation("web@3") == 1)
    }

    @Test func `stop during a rollout ends it, and nothing is restarted any more`() {
        var simulation = Self.web(3)
        let id = simulation.order(.restart([0, 1, 2], rolling: true, force: false))
        simulation.run(for: .milliseconds(1))
        simulation.order(.stop([0], force: false))
        simulation.run(for: .seconds(10))
        #expect(simulation.finished[id]?.map(\.kind) == [.superseded, .superseded, .superseded])
        #expect(simulation.states == ["web@1": .stopped, "web@2": .running, "web@3": .running])
        #expect(simulation.generation("web@3") == 1)
        #expect(simulation.supervision.rollouts.isEmpty)
    }

    @Test func `an instance that is removed during a rollout does not end up restarting another`() {
        var simulation = Self.web(3)
        simulation.expectsOneDownAtMost = false
        let id = simulation.order(.restart([0, 1, 2], rolling: true, force: false))
        simulation.order(.scale([Request.Scale(service: "web", instances: 1)]))
        simulation.run(for: .seconds(10))
        #expect(simulation.finished[id]?.count == 3)
        #expect(simulation.states == ["web@1": .running])
        #expect(simulation.supervision.rollouts.isEmpty)
        #expect(simulation.violations == [])
    }

    @Test func `an expired rollout is given up where it is`() {
        var simulation = Self.web(3)
        var slow = SimulatedBehaviour()
        slow.obeysAfter = .seconds(5)
        for slot in 0..<3 { simulation.kernel.set(slow, slot: slot) }
        let id = simulation.order(.restart([0, 1, 2], rolling: true, force: false))
        simulation.run(for: .seconds(1))
        simulation.expire(id)
        simulation.run(for: .seconds(60))
        #expect(simulation.finished[id]?.map(\.kind) == [.timedOut, .timedOut, .timedOut])
        #expect((1...3).map { simulation.generation("web@\($0)") } == [2, 1, 1])
    }

    @Test func `a rollout keeps a service from others only until its last turn there, in the next life too`() {
        var simulation = Simulation(seed: 1)
        simulation.apply(["x", "y"].map { .simulated($0) }, bringUp: ["x", "y"])
        simulation.run(for: .seconds(5))
        var slow = SimulatedBehaviour()
        slow.obeysAfter = .seconds(5)
        simulation.kernel.set(slow, slot: 1)
        simulation.killedEvery = 1
        let both = simulation.order(.restart([0, 1], rolling: true, force: false))
        simulation.run(for: .seconds(1))
        let one = simulation.order(.restart([0], rolling: true, force: false))
        simulation.run(for: .seconds(2))
        #expect(simulation.outcome(one, "x")?.kind == .started)
        #expect(simulation.finished[both] == nil)
        simulation.run(for: .seconds(30))
        #expect(simulation.outcome(both, "y")?.kind == .started)
        #expect([simulation.generation("x"), simulation.generation("y")] == [3, 2])
        #expect(simulation.violations == [])
    }

    @Test func `what waits for an instance to go waits on when that refuses, and the next rollout asks it again`() {
        var front = ServiceDefinition.simulated("front")
        front.after = ["back"]
        front.hooks.beforeStop = HookDefinition(command: .simulated, timeout: .seconds(5))
        var simulation = Simulation(seed: 1)
        simulation.apply([.simulated("back"), front], bringUp: ["back", "front"])
        simulation.run(for: .seconds(5))
        var objecting = SimulatedBehaviour()
        objecting.hookFailures = 100
        simulation.kernel.set(objecting, slot: 1)
        let first = simulation.order(.restart([1], rolling: true, force: false))
        let second = simulation.order(.restart([1], rolling: true, force: false))
        simulation.order(.restart([0], rolling: false, force: false))
        let isOver = simulation.run(for: .seconds(5)) { $0.finished[first] != nil }
        #expect(isOver)
        #expect(simulation.state("back") == .running)
        simulation.run(for: .seconds(30))
        #expect([first, second].map { simulation.outcome($0, "front")?.kind } == [.refused, .refused])
        #expect([simulation.generation("back"), simulation.generation("front")] == [2, 1])
        #expect(simulation.violations == [])
    }

    /// Three instances are to stop and wait for their dependent to go, while they get another definition.
    private static func stoppingWithNewDefinition() -> Simulation {
        var web = ServiceDefinition.simulated("web")
        web.instances = 3
        web.isNumbered = true
        var front = ServiceDefinition.simulated("front")
        front.after = ["web"]
        var simulation = Simulation(seed: 1)
        simulation.apply([web, front], bringUp: ["web", "front"])
        simulation.run(for: .seconds(5))
        var slow = SimulatedBehaviour()
        slow.obeysAfter = .seconds(5)
        simulation.kernel.set(slow, slot: 3)
        simulation.order(.stop([0, 1, 2, 3], force: false))
        web.command = CommandLine(words: [Template(literal: "/bin/new")])
        simulation.apply([web, front], bringUp: nil)
        return simulation
    }

    @Test func `a rollout that takes stops back gives the new definition to each in its turn`() {
        var simulation = Self.stoppingWithNewDefinition()
        simulation.expectsOneDownAtMost = true
        let id = simulation.order(.restart([0, 1, 2], rolling: true, force: false))
        simulation.run(for: .seconds(30))
        #expect(simulation.finished[id]?.map(\.kind) == [.started, .started, .started])
        #expect((1...3).map { simulation.generation("web@\($0)") } == [2, 2, 2])
        #expect(simulation.violations == [])
    }

    @Test func `a rollout that is given up leaves nobody with a definition that is no longer in force`() {
        var simulation = Self.stoppingWithNewDefinition()
        let id = simulation.order(.restart([0, 1, 2], rolling: true, force: false))
        simulation.expire(id)
        simulation.run(for: .seconds(30))
        #expect(simulation.supervision.instances.compactMap { $0?.machine.upcoming } == [])
        #expect((1...3).map { simulation.generation("web@\($0)") } == [2, 2, 2])
        #expect(simulation.violations == [])
    }
}
