import HobPolicy
import HobProtocol
import HobTestKit
import Testing

@testable import HobSupervisorCore

/// Stop ladders and hooks, in virtual time.
@Suite(.blocking) struct StopAndHookRowTests {
    /// A service that is up, with the behaviour it has from then on.
    private func running(
        _ behaviour: SimulatedBehaviour = SimulatedBehaviour(), _ change: (inout ServiceDefinition) -> Void = { _ in }
    ) -> Simulation {
        var simulation = Simulation(seed: 7)
        simulation.kernel.longestDelay = .zero
        simulation.kernel.recordsSignals = true
        simulation.kernel.behaviours["web"] = behaviour
        var service = ServiceDefinition.simulated("web")
        change(&service)
        simulation.apply([service], bringUp: ["web"])
        simulation.run(for: .seconds(5))
        return simulation
    }

    private static let hook = HookDefinition(command: .simulated, timeout: .seconds(2))

    private var deaf: SimulatedBehaviour {
        var behaviour = SimulatedBehaviour()
        behaviour.obeysAfter = nil
        return behaviour
    }

    @Test func `a service that puts off its stop again and again is killed an hour after its ladder's time`() {
        var service = ServiceDefinition.simulated("web")
        service.stop.sequence = StopSequence(steps: [StopSequence.Step(signal: 15, patience: .seconds(10))])
        var machine = InstanceMachine(definition: DefinitionBox(service))
        var random = SplitMix64(seed: 1)
        var actions: [InstanceAction] = []
        var now = MonotonicInstant(nanoseconds: 0)
        func tell(_ event: InstanceEvent) { machine.handle(event, at: now, using: &random, into: &actions) }
        for event in [.wantedUp, .released, .spawned(pid: 7), .becameReady, .wantedDown(force: false)]
            as [InstanceEvent]
        {
            tell(event)
        }
        let began = now
        actions = []
        while !actions.contains(.killTree), now - began < .seconds(10_000) {
            now = now + .seconds(5)
            tell(.timeoutExtended(.seconds(3_600)))
            if let deadline = machine.deadline, deadline <= now { tell(.deadlinePassed) }
        }
        #expect(actions.contains(.killTree))
        #expect(now - began >= .seconds(3_600) && now - began <= .seconds(3_620), "killed after \(now - began)")
    }

    @Test func `row 23: QUIT 1s TERM 1s KILL reach an immune process at the right times`() {
        var simulation = running(deaf) {
            $0.stop.sequence = StopSequence(steps: [
                StopSequence.Step(signal: 3, patience: .seconds(1)),
                StopSequence.Step(signal: 15, patience: .seconds(1)),
            ])
        }
        let began = simulation.now
        let id = simulation.order(.stop([0], force: false))
        simulation.run(for: .seconds(10))
        let signals = simulation.kernel.signals.map { ($0.number, ($0.at - began).wholeNanoseconds / 1_000_000) }
        #expect(signals.map(\.0) == [3, 15, 9])
        #expect(signals.map(\.1) == [0, 1_000, 2_000])
        #expect(simulation.outcome(id, "web")?.kind == .killed)
        #expect(simulation.violations == [])
    }

    @Test func `row 24: a stop that runs out of time ends after exactly one KILL`() {
        var simulation = running(deaf)
        let id = simulation.order(.stop([0], force: false))
        simulation.run(for: .seconds(60))
        #expect(simulation.kernel.signals.map(\.number) == [15, 9])
        #expect(simulation.outcome(id, "web")?.kind == .killed)
        #expect(!simulation.kernel.isAlive(0))
    }

    @Test func `row 25: stop ends what the main process leaves, too`() {
        var behaviour = SimulatedBehaviour()
        behaviour.leavings = 100
        behaviour.leavingsLast = .seconds(3_600)
        var simulation = running(behaviour)
        let id = simulation.order(.stop([0], force: false))
        simulation.run(for: .seconds(1))
        #expect(simulation.outcome(id, "web")?.kind == .stopped)
        #expect(!simulation.kernel.isAlive(0))
    }

    @Test func `row 26: a failing stop command is told, and the ladder goes on`() {
        var behaviour = SimulatedBehaviour()
        behaviour.hookFailures = 100
        var simulation = running(behaviour) { $0.stop.command = Self.hook }
        let id = simulation.order(.stop([0], force: false))
        simulation.run(for: .seconds(1))
        #expect(simulation.outcome(id, "web")?.kind == .failed)
        #expect(simulation.outcome(id, "web")?.message == "the stop command exited with status 7")
        #expect(simulation.state("web") == .stopped)
    }

    @Test func `row 27: stop of what is down is no error`() {
        var simulation = running()
        simulation.order(.stop([0], force: false))
        simulation.run(for: .seconds(1))
        let id = simulation.order(.stop([0], force: false))
        #expect(simulation.outcome(id, "web")?.kind == .alreadyDown)
    }

    @Test func `row 95: a failing before_start aborts the start`() {
        var behaviour = SimulatedBehaviour()
        behaviour.hookFailures = 100
        var simulation = running(behaviour) { $0.hooks.beforeStart = Self.hook }
        #expect(simulation.kernel.spawns == 0)
        #expect(simulation.finished[1]?.first?.message == "before_start exited with status 7")
        simulation.kernel.set(SimulatedBehaviour(), slot: 0)
        simulation.run(for: .seconds(60))
        #expect(simulation.state("web") == .running)
    }

    @Test func `row 95: ready is told only when after_start has succeeded`() {
        var behaviour = SimulatedBehaviour()
        behaviour.hookTakes = .seconds(1)
        var simulation = Simulation(seed: 1)
        simulation.kernel.behaviours["web"] = behaviour
        var service = ServiceDefinition.simulated("web")
        service.hooks.afterStart = Self.hook
        let began = simulation.now
        let id = simulation.apply([service], bringUp: ["web"])
        #expect(simulation.run(for: .seconds(5)) { $0.state("web") == .running })
        #expect(simulation.now - began >= .milliseconds(1_250))
        #expect(simulation.outcome(id, "web")?.kind == .started)
    }

    @Test func `row 95: before_stop can refuse a stop that is not forced, and nothing is signalled`() {
        var behaviour = SimulatedBehaviour()
        behaviour.hookFailures = 100
        var simulation = running(behaviour) { $0.hooks.beforeStop = Self.hook }
        let generation = simulation.generation("web")
        let refused = simulation.order(.stop([0], force: false))
        simulation.run(for: .seconds(1))
        #expect(simulation.outcome(refused, "web")?.kind == .refused)
        #expect(simulation.kernel.signals.isEmpty)
        #expect(simulation.generation("web") == generation)
        let forced = simulation.order(.stop([0], force: true))
        simulation.run(for: .seconds(1))
        #expect(simulation.outcome(forced, "web")?.kind == .stopped)
    }

    @Test func `row 95: a forced stop passes over a before_stop that is already running`() {
        var behaviour = SimulatedBehaviour()
        behaviour.hookTakes = nil
        var simulation = running(behaviour) { $0.hooks.beforeStop = Self.hook }
        simulation.order(.stop([0], force: false))
        simulation.run(for: .milliseconds(10))
        let forced = simulation.order(.stop([0], force: true))
        simulation.run(for: .milliseconds(10))
        #expect(simulation.outcome(forced, "web")?.kind == .stopped)
    }

    @Test func `row 95: after_stop is told how the process ended, and the next start waits for it`() {
        var behaviour = SimulatedBehaviour()
        behaviour.hookTakes = .seconds(1)
        var simulation = running(behaviour) { $0.hooks.afterStop = Self.hook }
        simulation.kernel.kill(0, .signaled(11, coreDumped: true))
        simulation.run(for: .milliseconds(500))
        #expect(simulation.kernel.hookOutcomes == [.signaled(11, coreDumped: true)])
        #expect(simulation.kernel.spawns == 1)
        simulation.run(for: .seconds(1))
        #expect(simulation.kernel.spawns == 2)
    }

    @Test(arguments: HookKind.allCases)
    func `row 96: a hook that hangs is killed at its limit, and the service goes on`(kind: HookKind) {
        var behaviour = SimulatedBehaviour()
        behaviour.hookTakes = nil
        var simulation = Simulation(seed: 1)
        simulation.kernel.behaviours["web"] = behaviour
        var service = ServiceDefinition.simulated("web")
        switch kind {
        case .beforeStart: service.hooks.beforeStart = Self.hook
        case .afterStart: service.hooks.afterStart = Self.hook
        case .beforeStop: service.hooks.beforeStop = Self.hook
        case .afterStop: service.hooks.afterStop = Self.hook
        case .stopCommand: service.stop.command = Self.hook
        case .reload: service.reload = .command(Self.hook)
        }
        simulation.apply([service], bringUp: ["web"])
        simulation.run(for: .seconds(20))
        let isStartHook = kind == .beforeStart || kind == .afterStart
        #expect((simulation.supervision.instances[0]?.machine.generation ?? 0 > 1) == isStartHook)
        let reload = simulation.order(.reload([0]))
        simulation.run(for: .seconds(3))
        #expect(simulation.finished[reload]?.count == 1)
        if kind == .afterStop {
            // A hung finish script delays the restart by its limit and no more.
            simulation.kernel.kill(0)
            #expect(simulation.run(for: .milliseconds(2_400)) { $0.kernel.spawns == 2 })
        }
        let id = simulation.order(.restart([0], rolling: false, force: false))
        simulation.run(for: .seconds(60))
        #expect(simulation.finished[id]?.count == 1)
        let stop = simulation.order(.stop([0], force: false))
        simulation.run(for: .seconds(60))
        #expect(simulation.finished[stop]?.count == 1)
        #expect(simulation.state("web") == .stopped)
        #expect(simulation.violations == [])
    }

    @Test func `a process that may not be signalled is failed, and SIGKILL comes ever more rarely`() {
        var behaviour = deaf
        behaviour.refusedSignals = 100
        var simulation = running(behaviour)
        let id = simulation.order(.stop([0], force: false))
        simulation.run(for: .milliseconds(10))
        #expect(simulation.outcome(id, "web")?.kind == .failed)
        #expect(simulation.state("web") == .failed)
        let steps = simulation.steps
        simulation.run(for: .seconds(3_600))
        #expect(simulation.steps - steps < 250)
        #expect(simulation.violations == [])
    }
}
