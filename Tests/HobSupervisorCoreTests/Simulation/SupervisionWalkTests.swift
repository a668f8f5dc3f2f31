import HobPolicy
import HobProtocol
import HobTestKit
import Testing

@testable import HobSupervisorCore

/// Random orders to random services in random trouble, held against every invariant at every step.
@Suite(.blocking) struct SupervisionWalkTests {
    /// One world: trouble, then peace, then everything asked for.
    struct Walk {
        var world: RandomWorld
        var simulation: Simulation
        var services: [ServiceDefinition]

        init(seed: UInt64, size: Int) {
            world = RandomWorld(seed: seed)
            world.size = size
            simulation = Simulation(seed: seed)
            simulation.kernel.timersAreSloppy = true
            services = world.services()
            spoil()
            simulation.apply(services, bringUp: services.map(\.name))
        }

        private mutating func spoil() {
            for service in services {
                simulation.kernel.behaviours[service.name] = world.behaviour(of: service)
                for slot in simulation.slots(service.name) {
                    simulation.kernel.set(world.behaviour(of: service), slot: slot)
                }
            }
        }

        private mutating func calm() {
            for service in services {
                simulation.kernel.behaviours[service.name] = world.calm(service)
            }
            for slot in simulation.supervision.instances.indices {
                guard let record = simulation.supervision.instances[slot],
                    let service = simulation.supervision.services[record.identity.service]
                else { continue }
                simulation.kernel.set(world.calm(service.definition.value), slot: slot)
            }
        }

        private mutating func someSlots() -> [Int] {
            let active = simulation.supervision.instances.indices.filter {
                simulation.supervision.instances[$0]?.isRetiring == false
            }
            guard !world.chance(8) else { return Array(active) }
            if world.chance(40), let service = world.pick(services) { return simulation.slots(service.name) }
            return active.filter { _ in world.chance(15) }
        }

        mutating func disturb() {
            switch world.draw(24) {
            case 0, 1, 2: simulation.order(.start(someSlots()))
            case 3, 4, 5: simulation.order(.stop(someSlots(), force: world.chance(50)))
            case 6, 7: simulation.order(.restart(someSlots(), rolling: false, force: world.chance(50)))
            case 8, 9: simulation.order(.restart(someSlots(), rolling: true, force: world.chance(50)))
            case 10: simulation.order(.reload(someSlots()))
            case 11, 12:
                guard let service = world.pick(services) else { return }
                simulation.order(.scale([Request.Scale(service: service.name, instances: world.draw(5))]))
            case 13, 14, 15: reapply()
            case 16: if let id = simulation.open.randomElement(using: &world.generator) { simulation.expire(id) }
            case 17: spoil()
            case 18, 19: if let slot = someSlots().first { simulation.kernel.kill(slot) }
            case 20:
                guard let slot = someSlots().first, simulation.supervision.instances[slot]?.machine.life != nil else {
                    return
                }
                simulation.tell(.timeoutExtended(.milliseconds(world.draw(3_000))), slot)
            case 21: if let slot = someSlots().first { simulation.tell(.deadlinePassed, slot) }
            case 22: if let slot = someSlots().first { simulation.tell(.mainProcessChanged(pid: 77), slot) }
            default: calm()
            }
        }

        private mutating func reapply() {
            var changed = services
            switch world.draw(5) {
            case 0: changed = changed.filter { _ in !world.chance(20) }
            case 1: changed = (0..<(3 + world.draw(world.size - 2))).map { world.service($0) }
            case 2: break
            default: changed = changed.map { world.chance(25) ? world.changed($0) : $0 }
            }
            // Somebody who removes a service removes what waits for it, or the edge.
            let names = Set(changed.map(\.name))
            for index in changed.indices {
                changed[index].after.removeAll { !names.contains($0) }
                changed[index].requires.removeAll { !names.contains($0) }
            }
            let all = changed.map(\.name)
            let before = simulation.supervision
            services = changed
            let isCalm = world.chance(50)
            if isCalm { calm() } else { spoil() }
            simulation.apply(changed, bringUp: world.chance(50) ? nil : all.filter { _ in world.chance(70) })
            expectUntouched(before, changed)
            if isCalm { calm() } else { spoil() }
        }

        /// Services that an apply does not change keep their processes through it.
        private mutating func expectUntouched(_ before: Supervision, _ set: [ServiceDefinition]) {
            for definition in set {
                guard let old = before.services[definition.name], old.definition.value == definition, !old.isRetiring
                else { continue }
                for slot in old.slots {
                    guard let was = before.instances[slot], !was.isRetiring, case .up(let life, _) = was.machine.phase,
                        was.pending == nil, !was.machine.upcomingNeedsRestart,
                        let now = simulation.supervision.instances[slot]
                    else { continue }
                    // A rollout that ends with this apply makes room for one that was ordered before it.
                    let isInTurn = before.rollouts.contains { $0.concerns(slot) }
                    if !isInTurn, now.machine.life != life || now.pending != nil {
                        simulation.violations.append("\(was.identity.name) is touched by an apply of the same")
                    }
                }
            }
        }

        /// Peace: everything that is asked for comes about, and every operation comes to its end.
        mutating func conclude() {
            simulation.run(for: .seconds(5))
            calm()
            simulation.run(for: .seconds(500))
            expectRest(everythingUp: false)
            guard simulation.violations.isEmpty else { return }
            simulation.apply(services, bringUp: services.map(\.name))
            simulation.run(for: .seconds(120))
            expectRest(everythingUp: true)
            guard simulation.violations.isEmpty else { return }
            let generations = self.generations
            simulation.apply(services, bringUp: services.map(\.name))
            simulation.run(for: .seconds(60))
            if self.generations != generations {
                simulation.violations.append("the same set applied again starts something")
            }
            let slots = simulation.supervision.instances.indices.filter { simulation.supervision.instances[$0] != nil }
            simulation.order(.stop(Array(slots), force: true))
            simulation.run(for: .seconds(120))
            for state in simulation.states where state.value != .stopped {
                simulation.violations.append("\(state.key) is \(state.value) after a stop of all")
            }
            if simulation.kernel.living > 0 { simulation.violations.append("processes are left after a stop of all") }
            if !simulation.open.isEmpty { simulation.violations.append("operations \(simulation.open) never end") }
        }

        /// By slot: a next life does not know the free ones behind the last that is taken.
        private var generations: [Int: UInt64] {
            let instances = simulation.supervision.instances
            return [Int: UInt64](
                uniqueKeysWithValues: instances.indices.compactMap { slot in
                    instances[slot].map { (slot, $0.machine.generation) }
                })
        }

        private mutating func expectRest(everythingUp: Bool) {
            let supervision = simulation.supervision
            for slot in supervision.instances.indices {
                guard let record = supervision.instances[slot] else { continue }
                let name = "\(record.identity.name) in \(record.machine.phase)"
                switch record.machine.phase {
                case .up: if record.wanted == .down { simulation.violations.append("\(name) at rest, unwanted") }
                case .stopped:
                    if simulation.kernel.isAlive(slot) { simulation.violations.append("\(name) lives") }
                    if everythingUp { simulation.violations.append("\(name) although it is wanted") }
                case .done: break
                case .waiting, .failed(_, retryAt: nil):
                    guard everythingUp else { break }
                    simulation.violations.append(
                        "\(name) although nothing is wrong, blocked by \(supervision.blockers(of: slot)): "
                            + "\(simulation.states)")
                case .preparing, .spawning, .starting, .settling, .objecting, .ending, .cleaning, .backingOff, .failed:
                    simulation.violations.append("\(name) does not come to rest")
                }
                if let pending = record.pending { simulation.violations.append("\(name) has \(pending)") }
            }
            if everythingUp {
                let expected = Set(services.map(\.name)), present = Set(supervision.services.keys)
                if expected != present { simulation.violations.append("\(present) run instead of \(expected)") }
                if !simulation.open.isEmpty {
                    for (id, operation) in supervision.operations {
                        let records = operation.open.keys.compactMap { supervision.instances[$0] }
                        simulation.violations.append(
                            "operation \(id) never ends: \(operation.open) \(records.map(\.machine)), "
                                + "rollouts \(supervision.rollouts)")
                    }
                }
            }
        }
    }

    @Test func killedAfterAnyStepTheNextLifeGoesOnWhereItWas() {
        let seed = TestEnvironment.seed()
        let replays = TestEnvironment.value("HOB_SEED") != nil
        var kills = 0
        for number in 0..<UInt64(replays ? 1 : TestEnvironment.isLong ? 500 : 30) {
            var walk = Walk(seed: seed &+ number, size: [4, 8, 12][Int((seed &+ number) % 3)])
            walk.simulation.killedEvery = 1 + Int((seed &+ number) % 7)
            for _ in 0..<40 where walk.simulation.violations.isEmpty {
                walk.simulation.run(for: walk.world.time(0...2_000))
                walk.disturb()
            }
            if walk.simulation.violations.isEmpty { walk.conclude() }
            kills += walk.simulation.kills
            guard walk.simulation.violations.isEmpty else {
                Issue.record("HOB_SEED=\(seed &+ number): \(walk.simulation.violations.joined(separator: "\n"))")
                return
            }
        }
        print("supervisors killed: \(kills) from seed \(seed)")
    }

    @Test func noRandomWalkBreaksAnInvariant() {
        let seed = TestEnvironment.seed()
        let replays = TestEnvironment.value("HOB_SEED") != nil
        let walks = replays ? 1 : TestEnvironment.isLong ? 2_000 : 100
        var steps = 0
        let clock = ContinuousClock()
        let began = clock.now
        for number in 0..<UInt64(walks) {
            let size = [4, 8, 12, 30][Int((seed &+ number) % 4)]
            var walk = Walk(seed: seed &+ number, size: size)
            if replays { walk.simulation.recountsEvery = 1 }
            for _ in 0..<60 where walk.simulation.violations.isEmpty {
                walk.simulation.run(for: walk.world.time(0...2_000))
                walk.disturb()
            }
            if walk.simulation.violations.isEmpty { walk.conclude() }
            steps += walk.simulation.steps
            if let first = walk.simulation.violations.first {
                let rest = walk.simulation.violations.dropFirst().joined(separator: "\n")
                Issue.record("HOB_SEED=\(seed &+ number): \(first)\n\(rest)")
                break
            }
        }
        print("supervision walks: \(walks) worlds, \(steps) steps from seed \(seed) in \(clock.now - began)")
    }
}
