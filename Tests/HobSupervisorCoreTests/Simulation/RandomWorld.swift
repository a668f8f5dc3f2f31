import HobPolicy
import HobProtocol
import HobTestKit

@testable import HobSupervisorCore

/// Definitions and behaviours by lot.
struct RandomWorld {
    var generator: SplitMix64
    /// How many services there are at most.
    var size = 12

    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    mutating func draw(_ bound: Int) -> Int { Int.random(in: 0..<max(1, bound), using: &generator) }

    mutating func chance(_ percent: Int) -> Bool { draw(100) < percent }

    mutating func time(_ range: ClosedRange<Int>) -> Duration { .milliseconds(range.lowerBound + draw(range.count)) }

    mutating func pick<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[draw(elements.count)]
    }

    /// A set of services, each waiting only for earlier ones.
    mutating func services() -> [ServiceDefinition] {
        let count = 3 + draw(size - 2)
        return (0..<count).map { service($0) }
    }

    mutating func service(_ number: Int) -> ServiceDefinition {
        var service = ServiceDefinition.simulated("s\(number)")
        if chance(12) {
            service.kind = .task
            service.restart = RestartPolicy(condition: pick([.never, .failure]) ?? .never)
        }
        service.instances = chance(60) ? 1 : draw(4)
        service.isNumbered = service.instances != 1 || chance(20)
        for _ in 0..<draw(4) where number > 0 {
            let other = "s\(draw(number))"
            if chance(40) { service.requires.append(other) } else { service.after.append(other) }
        }
        if chance(50) { service.readiness = ReadinessDefinition(kind: .notify, timeout: time(500...5_000)) }
        if service.kind == .service { service.restart = policy() }
        if chance(15) { service.stop.command = HookDefinition(command: .simulated, timeout: time(10...500)) }
        if chance(60) {
            service.stop.sequence = StopSequence(
                steps: (0..<draw(3)).map { _ in
                    StopSequence.Step(signal: pick([15, 2, 3]) ?? 15, patience: time(0...2_000))
                })
        }
        if chance(20) { service.hooks.beforeStart = hook() }
        if chance(15) { service.hooks.afterStart = hook() }
        if chance(15) { service.hooks.beforeStop = hook() }
        if chance(15) { service.hooks.afterStop = hook() }
        if chance(10), service.kind == .service { service.watchdog = time(1_000...10_000) }
        if chance(30) { service.reload = chance(50) ? .signal(1) : .command(hook()) }
        return service
    }

    private mutating func hook() -> HookDefinition {
        HookDefinition(command: .simulated, timeout: time(5...1_000))
    }

    private mutating func policy() -> RestartPolicy {
        var policy = RestartPolicy(condition: pick([.always, .always, .always, .failure, .never]) ?? .always)
        if chance(20) { policy.limit = RateLimit(count: 1 + draw(5), window: time(1_000...60_000)) }
        if chance(10) { policy.retry = nil }
        if chance(20) { policy.normalStatuses = [1] }
        return policy
    }

    /// One thing of a service changed.
    mutating func changed(_ service: ServiceDefinition) -> ServiceDefinition {
        var service = service
        let fresh = self.service(Int(service.name.dropFirst()) ?? 0)
        switch draw(9) {
        case 0: service.command = CommandLine(words: [Template(literal: "/bin/\(draw(1_000))")])
        case 1:
            service.instances = draw(4)
            service.isNumbered = true
        case 2: service.isNumbered = service.instances > 1 || !service.isNumbered
        case 3: service.readiness = fresh.readiness
        case 4: service.stop = fresh.stop
        case 5: service.hooks = fresh.hooks
        case 6:
            service.after = fresh.after
            service.requires = fresh.requires
        case 7: service.restart = fresh.restart
        default: service.port = 8_000 + draw(100)
        }
        return service
    }

    /// How a service behaves in bad times.
    mutating func behaviour(of service: ServiceDefinition) -> SimulatedBehaviour {
        var behaviour = calm(service)
        if chance(20) { behaviour.transientSpawnFailures = draw(60) }
        if chance(20) { behaviour.spawnFailures = draw(60) }
        if chance(10) { behaviour.hangingSpawns = draw(40) }
        if chance(10) { behaviour.strangers = draw(100) }
        if chance(20) { behaviour.readyAfter = chance(30) ? nil : time(0...4_000) }
        if chance(50) { behaviour.meanLife = time(1...20_000) }
        if chance(15) { behaviour.immediateExits = draw(100) }
        if chance(20) { behaviour.outcome = pick([.exited(0), .signaled(11, coreDumped: true), .unknown]) ?? .unknown }
        if chance(40) { behaviour.obeysAfter = chance(30) ? nil : time(0...5_000) }
        if chance(30) { behaviour.leavings = draw(100) }
        behaviour.leavingsLast = time(1...10_000)
        if chance(30) { behaviour.hookFailures = draw(100) }
        if chance(20) { behaviour.hangingHooks = draw(100) }
        if chance(20) { behaviour.feedsEvery = nil }
        if chance(5) { behaviour.refusedSignals = draw(100) }
        return behaviour
    }

    /// How a service behaves when all is well.
    mutating func calm(_ service: ServiceDefinition) -> SimulatedBehaviour {
        var behaviour = SimulatedBehaviour()
        if service.kind == .task { behaviour = .task(taking: .milliseconds(50)) }
        behaviour.feedsEvery = service.watchdog.map { $0 / 3 }
        return behaviour
    }
}

extension ServiceDefinition {
    /// A definition that no process will ever see.
    static func simulated(_ name: String) -> ServiceDefinition {
        ServiceDefinition(name: name, command: .simulated, directory: Template(literal: "/"))
    }
}

extension CommandLine {
    static let simulated = CommandLine(words: [Template(literal: "/bin/daemon")])
}
