import HobPolicy
import HobProtocol
import HobTestKit
import Testing

@testable import HobSupervisorCore

/// Who waits for whom: on the way up, on the way down, and when something fails.
@Suite(.blocking) struct DependencyTests {
    /// a waits for b, b for c, c for d.
    static func chain(_ edge: WritableKeyPath<ServiceDefinition, [String]>) -> [ServiceDefinition] {
        let names = ["a", "b", "c", "d"]
        return names.enumerated().map { index, name in
            var service = ServiceDefinition.simulated(name)
            if index + 1 < names.count { service[keyPath: edge] = [names[index + 1]] }
            return service
        }
    }

    private static func running(_ services: [ServiceDefinition]) -> Simulation {
        var simulation = Simulation(seed: 1)
        simulation.kernel.recordsSignals = true
        simulation.apply(services, bringUp: services.map(\.name))
        simulation.run(for: .seconds(10))
        return simulation
    }

    @Test func `row 108: start order is d c b a`() {
        let simulation = Self.running(Self.chain(\.after))
        let order = simulation.supervision.instances.compactMap { $0 }.sorted {
            ($0.machine.life?.since ?? .zero) < ($1.machine.life?.since ?? .zero)
        }
        #expect(order.map(\.identity.name) == ["d", "c", "b", "a"])
        #expect(simulation.violations == [])
    }

    @Test(arguments: [false, true]) func `row 108: stop order is a b c d, each gone before the next`(restart: Bool) {
        var simulation = Self.running(Self.chain(\.after))
        let all = simulation.supervision.instances.indices.map { $0 }
        let id = simulation.order(
            restart ? .restart(all.reversed(), rolling: false, force: false) : .stop(all.reversed(), force: false))
        simulation.run(for: .seconds(10))
        let names = simulation.kernel.signals.map { simulation.supervision.instances[$0.slot]?.identity.name }
        #expect(names == ["a", "b", "c", "d"])
        #expect(simulation.finished[id]?.map(\.kind) == Array(repeating: restart ? .started : .stopped, count: 4))
        #expect(simulation.violations == [])
    }

    @Test func `row 108: removed services go in order, too`() {
        var simulation = Self.running(Self.chain(\.requires))
        let names = simulation.supervision.instances.map { $0?.identity.name }
        simulation.apply([], bringUp: nil)
        simulation.run(for: .seconds(10))
        #expect(simulation.kernel.signals.map { names[$0.slot] } == ["a", "b", "c", "d"])
        #expect(simulation.supervision.services.isEmpty)
        #expect(simulation.violations == [])
    }

    @Test func `row 108: a cycle is rejected with its path, and nothing changes`() {
        var simulation = Self.running(Self.chain(\.after))
        var services = Self.chain(\.after)
        services[3].after = ["b"]
        let before = simulation.states
        let id = simulation.apply(services, bringUp: nil)
        #expect(simulation.finished[id]?.first?.message?.contains("b → c → d → b") == true)
        #expect(simulation.states == before)
        #expect(simulation.supervision.services["d"]?.definition.value.after == [])
    }

    @Test func `a service that waits for itself, twice for another, for nobody known, or is there twice`() throws {
        func message(_ services: [ServiceDefinition]) -> String? {
            do throws(Failure) {
                _ = try DependencyGraph(of: services)
                return nil
            } catch {
                return error.message
            }
        }
        var lonely = ServiceDefinition.simulated("a")
        lonely.after = ["a"]
        #expect(message([lonely])?.contains("a → a") == true)
        lonely.after = ["x"]
        #expect(message([lonely])?.contains("'x', which does not exist") == true)
        #expect(message([.simulated("a"), .simulated("a")])?.contains("two services named 'a'") == true)
        var twice = ServiceDefinition.simulated("b")
        twice.after = ["a", "a"]
        twice.requires = ["a"]
        #expect(try DependencyGraph(of: [.simulated("a"), twice]).dependents["a"] == ["b"])
    }

    @Test func `a chain of ten thousand is no deeper than one`() throws {
        let services = (0..<10_000).map { number in
            var service = ServiceDefinition.simulated("s\(number)")
            if number < 9_999 { service.after = ["s\(number + 1)"] }
            return service
        }
        #expect(try DependencyGraph(of: services).startOrder.first == "s9999")
    }

    @Test func `start brings up what is required, stop takes down what requires`() {
        var simulation = Simulation(seed: 1)
        simulation.apply(Self.chain(\.requires), bringUp: nil)
        #expect(Set(simulation.states.values) == [.stopped])
        simulation.order(.start([simulation.slot("b")]))
        simulation.run(for: .seconds(5))
        #expect(simulation.states == ["a": .stopped, "b": .running, "c": .running, "d": .running])
        simulation.order(.stop([simulation.slot("c")], force: false))
        simulation.run(for: .seconds(5))
        #expect(simulation.states == ["a": .stopped, "b": .stopped, "c": .stopped, "d": .running])
        simulation.order(.restart([simulation.slot("a")], rolling: false, force: false))
        simulation.run(for: .seconds(5))
        #expect(Set(simulation.states.values) == [.running])
    }

    @Test func `what is merely after starts nobody and stops nobody`() {
        var simulation = Simulation(seed: 1)
        simulation.apply(Self.chain(\.after), bringUp: nil)
        simulation.order(.start([simulation.slot("a")]))
        simulation.run(for: .seconds(5))
        #expect(simulation.states == ["a": .running, "b": .stopped, "c": .stopped, "d": .stopped])
        simulation.order(.start([simulation.slot("b")]))
        simulation.run(for: .seconds(5))
        simulation.order(.stop([simulation.slot("b")], force: false))
        simulation.run(for: .seconds(5))
        #expect(simulation.state("a") == .running)
    }

    @Test func `a required service that fails takes the whole chain down, and brings it back when it returns`() {
        var services = Self.chain(\.requires)
        services[3].restart = RestartPolicy(condition: .never)
        var simulation = Self.running(services)
        simulation.kernel.kill(simulation.slot("d"))
        simulation.run(for: .seconds(10))
        #expect(simulation.states == ["a": .waiting, "b": .waiting, "c": .waiting, "d": .failed])
        #expect(
            simulation.kernel.signals.map { simulation.supervision.instances[$0.slot]?.identity.name }
                == ["a", "b", "c"])
        simulation.order(.start([simulation.slot("d")]))
        simulation.run(for: .seconds(10))
        #expect(Set(simulation.states.values) == [.running])
        #expect(simulation.violations == [])
    }

    @Test func `a required service that only restarts leaves its dependents alone`() {
        var simulation = Self.running(Self.chain(\.requires))
        simulation.kernel.kill(simulation.slot("d"))
        simulation.run(for: .seconds(10))
        #expect(simulation.generation("a") == 1)
        #expect(simulation.generation("d") == 2)
    }

    @Test func `one failed instance of several takes nobody down`() {
        var services = Self.chain(\.requires)
        services[3].instances = 2
        services[3].isNumbered = true
        services[3].restart = RestartPolicy(condition: .never)
        var simulation = Self.running(services)
        simulation.kernel.kill(simulation.slot("d@2"))
        simulation.run(for: .seconds(5))
        #expect(simulation.state("d@2") == .failed)
        #expect(simulation.state("a") == .running)
        simulation.kernel.kill(simulation.slot("d@1"))
        simulation.run(for: .seconds(5))
        #expect(simulation.state("a") == .waiting)
    }

    @Test(arguments: [false, true])
    func `a dependency that comes up ends a wait that only bounds a rate`(failed: Bool) {
        var client = ServiceDefinition.simulated("client")
        client.after = ["db"]
        if failed { client.restart.limit = RateLimit(count: 2, window: .seconds(3_600)) }
        var simulation = Self.running([.simulated("db"), client])
        var broken = SimulatedBehaviour()
        broken.immediateExits = 100
        simulation.kernel.set(broken, slot: simulation.slot("client"))
        simulation.kernel.kill(simulation.slot("client"))
        simulation.run(for: .seconds(failed ? 5 : 200))
        #expect(simulation.state("client") == (failed ? .failed : .backingOff))
        let generation = simulation.generation("client") ?? 0
        // Stopping it is no coming up.
        simulation.order(.stop([simulation.slot("db")], force: false))
        simulation.run(for: .milliseconds(100))
        #expect(simulation.generation("client") == generation)
        simulation.kernel.set(SimulatedBehaviour(), slot: simulation.slot("client"))
        simulation.order(.start([simulation.slot("db")]))
        #expect(simulation.run(for: .milliseconds(700)) { $0.state("client") == .running })
    }

    @Test func `a failed predecessor is waited for, and the order says at once that it failed`() {
        var services = Self.chain(\.after)
        services[3].restart = RestartPolicy(condition: .never)
        var broken = SimulatedBehaviour()
        broken.immediateExits = 100
        var simulation = Simulation(seed: 1)
        simulation.kernel.behaviours["d"] = broken
        let id = simulation.apply(services, bringUp: services.map(\.name))
        simulation.run(for: .seconds(1))
        #expect(simulation.finished[id]?.map(\.kind) == Array(repeating: .failed, count: 4))
        #expect(simulation.outcome(id, "a")?.message == "waits for d, which failed")
        #expect(simulation.state("a") == .waiting)
        #expect(simulation.supervision.blockers(of: simulation.slot("a")) == ["b"])
    }

    @Test func `who refuses to stop keeps what it requires, and what it merely comes after goes`() {
        var web = ServiceDefinition.simulated("web")
        web.requires = ["db"]
        web.after = ["cache"]
        web.hooks.beforeStop = HookDefinition(command: .simulated)
        var behaviour = SimulatedBehaviour()
        behaviour.hookFailures = 100
        var simulation = Simulation(seed: 1)
        simulation.kernel.behaviours["web"] = behaviour
        let services = [ServiceDefinition.simulated("db"), .simulated("cache"), web]
        simulation.apply(services, bringUp: services.map(\.name))
        simulation.run(for: .seconds(5))
        let id = simulation.order(.stop([0, 1, 2], force: false))
        simulation.run(for: .seconds(5))
        #expect(simulation.states == ["db": .running, "cache": .stopped, "web": .running])
        #expect(simulation.outcome(id, "web")?.kind == .refused)
        #expect(simulation.outcome(id, "db")?.kind == .refused)
        #expect(simulation.outcome(id, "cache")?.kind == .stopped)
        #expect(simulation.violations == [])
    }

    @Test func `row 94: what waits for a task starts when the task has succeeded`() {
        var task = ServiceDefinition.simulated("migrate")
        task.kind = .task
        task.restart = RestartPolicy(condition: .never)
        var web = ServiceDefinition.simulated("web")
        web.requires = ["migrate"]
        var simulation = Simulation(seed: 1)
        var behaviour = SimulatedBehaviour()
        behaviour.fixedLife = .seconds(3)
        behaviour.outcome = .exited(0)
        simulation.kernel.behaviours["migrate"] = behaviour
        let id = simulation.apply([task, web], bringUp: ["migrate", "web"])
        simulation.run(for: .milliseconds(2_900))
        #expect(simulation.states == ["migrate": .running, "web": .waiting])
        simulation.run(for: .seconds(1))
        #expect(simulation.states == ["migrate": .done, "web": .running])
        #expect(simulation.outcome(id, "migrate")?.status == 0)
        #expect(simulation.violations == [])
    }
}
