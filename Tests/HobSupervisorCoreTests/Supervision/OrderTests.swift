import HobPolicy
import HobProtocol
import HobTestKit
import Testing

@testable import HobSupervisorCore

/// Orders, and what those who wait for them are told.
@Suite(.blocking) struct OrderTests {
    private static func task(_ outcome: ExitOutcome) -> Simulation {
        var task = ServiceDefinition.simulated("job")
        task.kind = .task
        task.restart = RestartPolicy(condition: .never)
        var simulation = Simulation(seed: 1)
        var behaviour = SimulatedBehaviour()
        behaviour.fixedLife = .seconds(1)
        behaviour.outcome = outcome
        simulation.kernel.behaviours["job"] = behaviour
        simulation.apply([task], bringUp: nil)
        return simulation
    }

    private static func web(_ instances: Int, seed: UInt64 = 1) -> Simulation {
        var web = ServiceDefinition.simulated("web")
        web.instances = instances
        web.isNumbered = true
        var simulation = Simulation(seed: seed)
        simulation.apply([web], bringUp: ["web"])
        simulation.run(for: .seconds(5))
        return simulation
    }

    @Test(arguments: [Int32(0), 3]) func `row 94: start of a task blocks until it is done and tells its status`(
        status: Int32
    ) {
        var simulation = Self.task(.exited(status))
        let id = simulation.order(.start([0]))
        simulation.run(for: .milliseconds(900))
        #expect(simulation.finished[id] == nil)
        simulation.run(for: .seconds(1))
        #expect(simulation.outcome(id, "job")?.kind == (status == 0 ? .completed : .failed))
        #expect(simulation.outcome(id, "job")?.status == status)
        simulation.run(for: .seconds(10_000))
        #expect(simulation.kernel.spawns == 1)
        #expect(simulation.state("job") == (status == 0 ? .done : .failed))
    }

    @Test func `a done task is run again by start, and by up only when it has changed`() {
        var simulation = Self.task(.exited(0))
        simulation.order(.start([0]))
        simulation.run(for: .seconds(5))
        guard var definition = simulation.supervision.services["job"]?.definition.value else { return }
        let up = simulation.apply([definition], bringUp: ["job"])
        #expect(simulation.outcome(up, "job")?.kind == .completed)
        simulation.run(for: .seconds(5))
        #expect(simulation.kernel.spawns == 1)
        definition.command = CommandLine(words: [Template(literal: "/bin/other")])
        let changed = simulation.apply([definition], bringUp: ["job"])
        simulation.run(for: .seconds(5))
        #expect(simulation.kernel.spawns == 2)
        #expect(simulation.outcome(changed, "job")?.kind == .completed)
        let start = simulation.order(.start([0]))
        simulation.run(for: .seconds(5))
        #expect(simulation.kernel.spawns == 3)
        #expect(simulation.outcome(start, "job")?.kind == .completed)
    }

    @Test func `who is hurried goes down in its order, and at once`() {
        let redis = ServiceDefinition.simulated("redis")
        var web = ServiceDefinition.simulated("web")
        web.after = ["redis"]
        web.hooks.beforeStop = HookDefinition(command: .simulated, timeout: .seconds(30))
        var simulation = Simulation(seed: 1)
        var behaviour = SimulatedBehaviour()
        behaviour.obeysAfter = nil
        behaviour.hookTakes = nil
        simulation.kernel.behaviours["redis"] = behaviour
        simulation.kernel.behaviours["web"] = behaviour
        simulation.apply([redis, web], bringUp: ["redis", "web"])
        simulation.run(for: .seconds(5))
        #expect(simulation.state("web")?.isUp == true)
        simulation.supervision.beginShutdown()
        let all = [simulation.slot("redis"), simulation.slot("web")]
        simulation.order(.stop(all, force: true))
        simulation.run(for: .seconds(1))
        #expect(simulation.state("redis")?.isUp == true, "web is not gone")
        simulation.supervision.hurry(at: simulation.now)
        for slot in all { simulation.kernel.adjustTimer(slot, simulation.supervision) }
        simulation.run(for: .seconds(1))
        #expect(simulation.state("web") == .stopped)
        #expect(simulation.state("redis") == .stopped)
        #expect(simulation.violations == [])
    }

    @Test func `an operation with nothing to do is over at once`() {
        var simulation = Self.web(2)
        for order in [
            Order.start([]), .stop([], force: false), .restart([], rolling: false, force: false),
            .restart([], rolling: true, force: false), .reload([]), .scale([]),
        ] {
            let id = simulation.order(order)
            #expect(simulation.finished[id] == [])
        }
        let id = simulation.order(.start([0, 1]))
        #expect(simulation.finished[id]?.map(\.kind) == [.alreadyUp, .alreadyUp])
    }

    @Test func `row 28: a restart while the process is being made ends in one new process`() {
        var simulation = Self.web(1)
        simulation.order(.stop([0], force: true))
        simulation.run(for: .seconds(5))
        let start = simulation.order(.start([0]))
        #expect(simulation.supervision.instances[0]?.machine.isComingUp == true)
        let restart = simulation.order(.restart([0], rolling: false, force: false))
        simulation.run(for: .seconds(5))
        #expect(simulation.outcome(start, "web@1")?.kind == .started)
        #expect(simulation.outcome(restart, "web@1")?.kind == .started)
        #expect(simulation.generation("web@1") == 3)
        #expect(simulation.kernel.living == 1)
    }

    @Test func `start takes a stop back that has not begun, and both orders are answered`() {
        var web = ServiceDefinition.simulated("web")
        web.requires = ["db"]
        var slow = SimulatedBehaviour()
        slow.obeysAfter = .seconds(5)
        var simulation = Simulation(seed: 1)
        simulation.kernel.behaviours["web"] = slow
        simulation.apply([.simulated("db"), web], bringUp: ["db", "web"])
        simulation.run(for: .seconds(5))
        let stop = simulation.order(.stop([0], force: false))
        simulation.run(for: .seconds(1))
        #expect(simulation.supervision.instances[0]?.isStopPending == true)
        let start = simulation.order(.start([0]))
        #expect(simulation.outcome(start, "db")?.kind == .alreadyUp)
        simulation.run(for: .seconds(10))
        #expect(simulation.outcome(stop, "db")?.kind == .superseded)
        #expect(simulation.outcome(stop, "web")?.kind == .stopped)
        #expect(simulation.generation("db") == 1)
        #expect(simulation.violations == [])
    }

    @Test func `two orders for one instance are both answered`() {
        var simulation = Self.web(1)
        let first = simulation.order(.restart([0], rolling: false, force: false))
        let second = simulation.order(.restart([0], rolling: false, force: false))
        let stop = simulation.order(.stop([0], force: false))
        simulation.run(for: .seconds(5))
        #expect(simulation.outcome(first, "web@1")?.kind == .superseded)
        #expect(simulation.outcome(second, "web@1")?.kind == .superseded)
        #expect(simulation.outcome(stop, "web@1")?.kind == .stopped)
    }

    @Test func `two reloads at once are answered by one command`() {
        var web = ServiceDefinition.simulated("web")
        web.reload = .command(HookDefinition(command: .simulated))
        var behaviour = SimulatedBehaviour()
        behaviour.hookTakes = .seconds(1)
        var simulation = Simulation(seed: 1)
        simulation.kernel.behaviours["web"] = behaviour
        simulation.apply([web], bringUp: ["web"])
        simulation.run(for: .seconds(5))
        let ids = [simulation.order(.reload([0])), simulation.order(.reload([0]))]
        simulation.run(for: .seconds(5))
        for id in ids { #expect(simulation.outcome(id, "web")?.kind == .reloaded) }
        let lost = simulation.order(.reload([0]))
        simulation.order(.stop([0], force: true))
        #expect(simulation.outcome(lost, "web")?.message == "it was stopped meanwhile")
        #expect(simulation.violations == [])
    }

    @Test func `an order for an instance that is removed is answered`() {
        var simulation = Self.web(3)
        simulation.kernel.kill(2)
        simulation.run(for: .microseconds(400))
        let start = simulation.order(.restart([2], rolling: false, force: false))
        let scale = simulation.order(.scale([Request.Scale(service: "web", instances: 2)]))
        simulation.run(for: .seconds(5))
        #expect(simulation.outcome(start, "web@3")?.kind == .superseded)
        #expect(simulation.finished[scale]?.count == 1)
        #expect(simulation.states.count == 2)
    }

    @Test func `scaled down and up again while retiring, all come back`() {
        var simulation = Self.web(3)
        simulation.order(.scale([Request.Scale(service: "web", instances: 0)]))
        simulation.run(for: .microseconds(100))
        let up = simulation.order(.scale([Request.Scale(service: "web", instances: 5)]))
        simulation.run(for: .seconds(5))
        #expect(simulation.states.count == 5)
        #expect(Set(simulation.states.values) == [.running])
        #expect(simulation.finished[up]?.count == 5)
        simulation.order(.scale([Request.Scale(service: "web", instances: 0)]))
        simulation.run(for: .seconds(5))
        simulation.order(.scale([Request.Scale(service: "web", instances: 2)]))
        simulation.run(for: .seconds(5))
        #expect(simulation.states == ["web@1": .running, "web@2": .running])
        simulation.order(.stop(simulation.slots("web"), force: false))
        simulation.run(for: .seconds(5))
        simulation.order(.scale([Request.Scale(service: "web", instances: 3)]))
        simulation.run(for: .seconds(5))
        #expect(Set(simulation.states.values) == [.stopped])
        #expect(simulation.violations == [])
    }

    @Test func `row 109: an order touches exactly the members it names`() throws {
        var services = (0..<4).map { ServiceDefinition.simulated("s\($0)") }
        services[1].groups = ["front"]
        services[2].groups = ["front"]
        services[2].instances = 2
        services[2].isNumbered = true
        var simulation = Simulation(seed: 1)
        simulation.apply(services, bringUp: services.map(\.name))
        simulation.run(for: .seconds(5))
        func names(_ targets: String...) throws -> [String] {
            try simulation.supervision.resolve(targets) { expression, name throws(Failure) in
                name.hasPrefix(expression)
            }.compactMap { simulation.supervision.instances[$0]?.identity.name }
        }
        #expect(try names() == ["s0", "s1", "s2@1", "s2@2", "s3"])
        #expect(try names("front") == ["s1", "s2@1", "s2@2"])
        #expect(try names("s2@2", "s0") == ["s0", "s2@2"])
        #expect(try names("s2*", "s2@1") == ["s2@1", "s2@2"])
        #expect(try names("/s2/") == ["s2@1", "s2@2"])
        #expect(throws: Failure(.unknownTarget, "there is no service, instance or group 'frnt': did you mean 'front'?"))
        {
            try names("frnt")
        }
        let slots = try simulation.supervision.resolve(["front"]) { _, _ throws(Failure) in false }
        simulation.order(.restart(slots, rolling: false, force: false))
        simulation.run(for: .seconds(5))
        let generations = ["s0", "s1", "s2@1", "s2@2", "s3"].map { simulation.generation($0) }
        #expect(generations == [1, 2, 2, 2, 1])
    }
}
