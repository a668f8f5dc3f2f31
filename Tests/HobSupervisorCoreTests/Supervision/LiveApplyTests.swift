import HobPolicy
import HobProtocol
import HobTestKit
import Testing

@testable import HobSupervisorCore

/// A new set of definitions on a running scope.
@Suite(.blocking) struct LiveApplyTests {
    private static func named(_ name: String, _ change: (inout ServiceDefinition) -> Void = { _ in })
        -> ServiceDefinition
    {
        var service = ServiceDefinition.simulated(name)
        change(&service)
        return service
    }

    private static func running(_ services: [ServiceDefinition]) -> Simulation {
        var simulation = Simulation(seed: 1)
        simulation.apply(services, bringUp: services.map(\.name))
        simulation.run(for: .seconds(10))
        return simulation
    }

    private static func settle(_ simulation: inout Simulation, _ services: [ServiceDefinition]) {
        simulation.apply(services, bringUp: services.map(\.name))
        simulation.run(for: .seconds(30))
        #expect(simulation.violations == [])
        #expect(simulation.open.isEmpty)
    }

    @Test func `row 113: added, removed and changed services are applied within a second, others keep their pids`() {
        let services = ["keep", "change", "remove"].map { Self.named($0) }
        var simulation = Self.running(services)
        let life = simulation.supervision.instances[0]?.machine.life
        let changed = Self.named("change") { $0.command = CommandLine(words: [Template(literal: "/bin/new")]) }
        let id = simulation.apply([services[0], changed, Self.named("add")], bringUp: ["keep", "change", "add"])
        simulation.run(for: .seconds(1))
        #expect(simulation.states == ["keep": .running, "change": .running, "add": .running])
        #expect(simulation.supervision.instances[0]?.machine.life == life)
        #expect(simulation.outcome(id, "keep")?.kind == .alreadyUp)
        #expect(simulation.outcome(id, "change")?.kind == .started)
        #expect(simulation.outcome(id, "add")?.kind == .started)
        #expect(simulation.outcome(id, "remove")?.kind == .stopped)
        #expect(simulation.generation("change") == 2)
        #expect(simulation.violations == [])
    }

    @Test func `row 113: a change and its reversal end where they began`() {
        let old = Self.named("web")
        let new = Self.named("web") { $0.environment = [EnvironmentVariable(name: "A", value: Template(literal: "1"))] }
        var simulation = Self.running([old])
        simulation.apply([new], bringUp: nil)
        simulation.apply([old], bringUp: nil)
        simulation.run(for: .seconds(10))
        #expect(simulation.supervision.instances[0]?.machine.definition.value == old)
        #expect(simulation.state("web") == .running)
        #expect(simulation.supervision.revision == 3)
    }

    @Test func `what only the supervisor acts upon is taken over by a living process`() {
        var simulation = Self.running([Self.named("web")])
        let changed = Self.named("web") {
            $0.restart.backoff.maximum = .seconds(7)
            $0.readiness.timeout = .seconds(7)
            $0.hooks.afterStop = HookDefinition(command: .simulated)
        }
        simulation.apply([changed], bringUp: nil)
        #expect(simulation.generation("web") == 1)
        #expect(simulation.supervision.instances[0]?.machine.spec == changed)
    }

    @Test func `a changed command reaches an instance that is just being made`() {
        var simulation = Simulation(seed: 1)
        simulation.apply([Self.named("web")], bringUp: ["web"])
        let new = Self.named("web") { $0.command = CommandLine(words: [Template(literal: "/bin/new")]) }
        let id = simulation.apply([new], bringUp: nil)
        simulation.run(for: .seconds(10))
        #expect(simulation.supervision.instances[0]?.machine.definition.value == new)
        #expect(simulation.outcome(id, "web")?.kind == .started)
        #expect(simulation.generation("web") == 2)
    }

    @Test func `another evidence of readiness ends the wait for the old one`() {
        var simulation = Simulation(seed: 1)
        var never = SimulatedBehaviour()
        never.readyAfter = nil
        simulation.kernel.behaviours["web"] = never
        simulation.apply([Self.named("web") { $0.readiness = ReadinessDefinition(kind: .notify) }], bringUp: ["web"])
        simulation.run(for: .seconds(1))
        #expect(simulation.state("web") == .starting)
        let id = simulation.apply([Self.named("web")], bringUp: ["web"])
        simulation.run(for: .seconds(1))
        #expect(simulation.outcome(id, "web")?.kind == .started)
    }

    @Test func `who refuses to stop, and has changed meanwhile, is replaced`() {
        let hook = HookDefinition(command: .simulated)
        var refusing = SimulatedBehaviour()
        refusing.hookFailures = 100
        refusing.hookTakes = .seconds(1)
        var simulation = Simulation(seed: 1)
        simulation.kernel.behaviours["web"] = refusing
        simulation.apply([Self.named("web") { $0.hooks.beforeStop = hook }], bringUp: ["web"])
        simulation.run(for: .seconds(5))
        simulation.order(.stop([0], force: false))
        simulation.run(for: .milliseconds(500))
        let new = Self.named("web") {
            $0.hooks.beforeStop = hook
            $0.command = CommandLine(words: [Template(literal: "/bin/new")])
        }
        simulation.apply([new], bringUp: nil)
        #expect(simulation.generation("web") == 1)
        simulation.run(for: .seconds(5))
        #expect(simulation.generation("web") == 2)
        #expect(simulation.supervision.instances[0]?.machine.definition.value == new)
        #expect(simulation.violations == [])
    }

    @Test func `a shorter ladder does not break an ending that is further up`() {
        var deaf = SimulatedBehaviour()
        deaf.obeysAfter = nil
        let steps = (0..<4).map { _ in StopSequence.Step(signal: 15, patience: .seconds(1)) }
        var simulation = Simulation(seed: 1)
        simulation.kernel.behaviours["web"] = deaf
        simulation.apply([Self.named("web") { $0.stop.sequence = StopSequence(steps: steps) }], bringUp: ["web"])
        simulation.run(for: .seconds(5))
        simulation.order(.stop([0], force: false))
        simulation.run(for: .milliseconds(2_500))
        simulation.apply([Self.named("web") { $0.stop.sequence = StopSequence(steps: []) }], bringUp: nil)
        simulation.kernel.kill(0)
        simulation.run(for: .seconds(10))
        #expect(simulation.state("web") == .stopped)
        #expect(simulation.violations == [])
    }

    @Test func `web becomes web@1 and web@2 one after the other, and back`() {
        let one = Self.named("web")
        let two = Self.named("web") {
            $0.instances = 2
            $0.isNumbered = true
        }
        var simulation = Self.running([one])
        Self.settle(&simulation, [two])
        #expect(simulation.states == ["web@1": .running, "web@2": .running])
        // And back again while the first change is still going on.
        simulation.apply([one], bringUp: nil)
        simulation.apply([two], bringUp: nil)
        simulation.run(for: .microseconds(100))
        Self.settle(&simulation, [one])
        #expect(simulation.states == ["web": .running])
        #expect(simulation.kernel.living == 1)
    }

    @Test func `another port is the same instance in a new process`() {
        var simulation = Self.running([Self.named("web") { $0.port = 8_080 }])
        let slot = simulation.slot("web")
        simulation.apply([Self.named("web") { $0.port = 9_090 }], bringUp: nil)
        #expect(simulation.supervision.instances[slot]?.identity.port == 8_080, "until its process has ended")
        simulation.run(for: .seconds(5))
        #expect(simulation.slot("web") == slot)
        #expect(simulation.supervision.instances[slot]?.identity.port == 9_090)
        #expect(simulation.generation("web") == 2)
    }

    @Test func `a service that is removed and defined again before it is gone runs on with the new definition`() {
        var slow = SimulatedBehaviour()
        slow.obeysAfter = .seconds(2)
        var simulation = Simulation(seed: 1)
        simulation.kernel.behaviours["web"] = slow
        simulation.apply([Self.named("web")], bringUp: ["web"])
        simulation.run(for: .seconds(5))
        simulation.apply([], bringUp: nil)
        simulation.run(for: .seconds(1))
        let new = Self.named("web") { $0.command = CommandLine(words: [Template(literal: "/bin/new")]) }
        Self.settle(&simulation, [new])
        #expect(simulation.states == ["web": .running])
        #expect(simulation.supervision.instances[simulation.slot("web")]?.machine.definition.value == new)
        #expect(simulation.supervision.appliedSet.services == [new])
    }

    @Test func `a corrected definition is a new chance for what has failed for good`() {
        let broken = Self.named("web") { $0.restart = RestartPolicy(condition: .never) }
        var behaviour = SimulatedBehaviour()
        behaviour.spawnFailures = 100
        var simulation = Simulation(seed: 1)
        simulation.kernel.behaviours["web"] = behaviour
        simulation.apply([broken], bringUp: ["web"])
        simulation.run(for: .seconds(5))
        #expect(simulation.state("web") == .failed)
        simulation.kernel.set(SimulatedBehaviour(), slot: 0)
        var mended = broken
        mended.command = CommandLine(words: [Template(literal: "/bin/mended")])
        let id = simulation.apply([mended], bringUp: nil)
        simulation.run(for: .seconds(5))
        #expect(simulation.outcome(id, "web")?.kind == .started)
    }

    @Test func `what is applied without being brought up stays as it was wanted`() {
        var simulation = Self.running([Self.named("up"), Self.named("down")])
        simulation.order(.stop([1], force: false))
        simulation.run(for: .seconds(5))
        let changed = ["up", "down", "new"].map { name in
            Self.named(name) { $0.command = CommandLine(words: [Template(literal: "/bin/new")]) }
        }
        simulation.apply(changed, bringUp: nil)
        simulation.run(for: .seconds(5))
        #expect(simulation.states == ["up": .running, "down": .stopped, "new": .stopped])
    }

    @Test func `scale outlives an apply of the same, and ends with another number in the file`() {
        let one = Self.named("web") { $0.isNumbered = true }
        var simulation = Self.running([one])
        simulation.order(.scale([Request.Scale(service: "web", instances: 3)]))
        simulation.run(for: .seconds(5))
        Self.settle(&simulation, [one])
        #expect(simulation.states.count == 3)
        var two = one
        two.instances = 2
        Self.settle(&simulation, [two])
        #expect(simulation.states.count == 2)
    }

    @Test func `plan says what apply does`() throws {
        let simulation = Self.running([Self.named("a"), Self.named("b"), Self.named("c"), Self.named("d")])
        let set = AppliedSet(services: [
            Self.named("a"), Self.named("b") { $0.command = CommandLine(words: [Template(literal: "/bin/new")]) },
            Self.named("c") { $0.groups = ["g"] },
            Self.named("e") {
                $0.instances = 3
                $0.isNumbered = true
            },
        ])
        let changes = try simulation.supervision.changes(to: set)
        #expect(changes.map(\.service) == ["a", "b", "c", "e", "d"])
        #expect(changes.map(\.kind) == [.unchanged, .restart, .update, .add, .remove])
        #expect(changes[1].keys == ["command"])
        #expect(changes[2].keys == ["groups"])
        #expect(changes[3].after == 3)
    }

    @Test func `what gets a new definition while it is to stop is replaced when a dependent refuses to go`() {
        let hook = HookDefinition(command: .simulated, timeout: .seconds(5))
        let front = Self.named("front") {
            $0.requires = ["web"]
            $0.hooks.beforeStop = hook
        }
        var simulation = Self.running([Self.named("web"), front])
        var objecting = SimulatedBehaviour()
        objecting.hookFailures = 100
        simulation.kernel.set(objecting, slot: 1)
        simulation.order(.stop([0], force: false))
        let new = Self.named("web") { $0.command = CommandLine(words: [Template(literal: "/bin/new")]) }
        simulation.apply([new, front], bringUp: nil)
        #expect(simulation.generation("web") == 1)
        simulation.run(for: .seconds(30))
        #expect(simulation.supervision.instances[0]?.machine.definition.value == new)
        #expect(simulation.states == ["web": .running, "front": .running])
        #expect(simulation.violations == [])
    }
}
