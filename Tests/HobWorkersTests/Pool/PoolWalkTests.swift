import HobPolicy
import HobTestKit
import Testing

@testable import HobWorkers

/// Pools in random worlds: workers that start, die, hang and refuse to end, and owners that scale, restart and recycle.
@Suite struct PoolWalkTests {
    /// A world that answers what the machine orders, later and at random.
    private struct World {
        var flow: PoolFlow
        var random: SplitMix64
        var alive: Set<Int> = []
        var asked: Set<Int> = []
        var waits: [PoolEvent] = []
        var log: [String] = []
        var restarts = 0
        var isOver = false

        mutating func tell(_ event: PoolEvent) {
            log.append("\(event)")
            for action in flow.tell(event, after: .milliseconds(Int.random(in: 0...400, using: &random))) {
                take(action)
            }
        }

        private mutating func take(_ action: PoolAction) {
            switch action {
            case .spawn(let id, _): alive.insert(id)
            case .askToStop(let id): asked.insert(id)
            case .kill(let id): expire(id)
            case .signal(let id, _): asked.insert(id)
            case .armStart(let id, _): waits.append(.startTimedOut(id))
            case .armBeat(let id, _): waits.append(.beatMissed(id))
            case .armAge(let id, _): waits.append(.ageOver(id))
            case .armStop(let id, let step, _): waits.append(.stopPatienceOver(id, step: step))
            case .armRetry(let slot, _): waits.append(.retryDue(slot: slot))
            case .bury(let id, _): alive.remove(id)
            case .startSucceeded: break
            case .startFailed: isOver = true
            case .restartSucceeded, .restartFailed: restarts = 0
            case .stopped: isOver = true
            }
        }

        private mutating func expire(_ id: Int) {
            // A killed one ends at the next chance.
            asked.insert(id)
        }
    }

    @Test func `random pools never have more than one worker too many, and always heal`() {
        let seed = TestEnvironment.seed()
        print("pool walk: HOB_SEED=\(seed)")
        var seeds = SplitMix64(seed: seed)
        for round in 0..<300 { walk(SplitMix64(seed: seeds.next()), round: round, of: seed) }
    }

    private func walk(_ random: SplitMix64, round: Int, of seed: UInt64) {
        var random = random
        let min = Int.random(in: 1...3, using: &random)
        let max = min + Int.random(in: 0...3, using: &random)
        var world = World(
            flow: PoolFlow(min: min, max: max) {
                $0.heartbeat = .seconds(2)
                $0.maximumAge = .seconds(30)
            }, random: random)
        world.tell(.start)
        for id in world.alive.sorted() { world.tell(.ready(id)) }
        for _ in 0..<60 {
            step(&world, max: max)
            check(world, max: max, round: round, of: seed)
        }
        heal(&world)
        let machine = world.flow.machine
        let ready = (1...max).filter { machine.state(ofSlot: $0) == .ready }
        #expect(
            ready == Array(1...machine.target),
            "round \(round) of HOB_SEED=\(seed): \(world.log.suffix(20)) leave \(ready) of \(machine.target)")
        #expect(machine.members.count == machine.target)
        #expect(world.restarts == 0, "round \(round) of HOB_SEED=\(seed): a restart was never answered")
        world.tell(.stop(drain: .seconds(1)))
        for _ in 0..<100 where !world.isOver {
            for id in world.alive.sorted() { world.tell(.ended(id)) }
        }
        #expect(world.isOver && world.flow.machine.members.isEmpty)
    }

    private func step(_ world: inout World, max: Int) {
        let someone = world.alive.sorted().randomElement(using: &world.random)
        switch Int.random(in: 0..<12, using: &world.random) {
        case 0, 1, 2: if let someone { world.tell(.ready(someone)) }
        case 3: if let someone { world.tell(.ended(someone)) }
        case 4: if let gone = world.asked.intersection(world.alive).min() { world.tell(.ended(gone)) }
        case 5, 6:
            guard !world.waits.isEmpty else { return }
            world.tell(world.waits.remove(at: Int.random(in: 0..<world.waits.count, using: &world.random)))
        case 7: world.tell(.scale(Int.random(in: 0...(max + 1), using: &world.random)))
        case 8:
            world.restarts += 1
            world.tell(.restart(Bool.random(using: &world.random) ? nil : [1]))
        case 9: if let someone { world.tell(.recycle(someone, .memory)) }
        case 10: if let someone { world.tell(.beat(someone)) }
        default: world.tell(.ready(999_999))
        }
    }

    private func check(_ world: World, max: Int, round: Int, of seed: UInt64) {
        let machine = world.flow.machine
        let placed = machine.slots.flatMap { [$0.current, $0.successor].compactMap { $0 } }
        // An expectation that is met costs more than the step.
        let complaint: String? =
            if machine.members.count > max + 1 {
                "\(machine.members.count) workers"
            } else if Set(machine.members.keys) != world.alive {
                "it forgets a worker, or remembers a dead one"
            } else if Set(placed).count != placed.count {
                "one worker is in two slots"
            } else if !placed.allSatisfy({ machine.members[$0] != nil }) {
                "a slot holds a dead worker"
            } else {
                nil
            }
        if let complaint { Issue.record("round \(round) of HOB_SEED=\(seed): \(complaint)") }
    }

    /// From now on everything goes well.
    private func heal(_ world: inout World) {
        for _ in 0..<200 {
            for id in world.alive.sorted() {
                if world.asked.contains(id) { world.tell(.ended(id)) } else { world.tell(.ready(id)) }
            }
            let due = world.waits
            world.waits = []
            for event in due {
                switch event {
                case .retryDue, .stopPatienceOver: world.tell(event)
                default: break
                }
            }
        }
    }
}
