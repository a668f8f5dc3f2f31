import HobPolicy
import Testing

@testable import HobTasks

/// What a pool decides, without a thread.
@Suite struct TaskPoolStateMachineTests {
    private typealias Machine = TaskPoolStateMachine<Int>

    private static func task(_ number: Int, deadline: Duration? = nil) -> PooledTask<Int> {
        PooledTask(label: "\(number)", deadline: deadline, work: number)
    }

    @Test func `tasks run up to the limit, then queue, then wait, then are refused`() {
        var machine = Machine(TaskPoolLimits(running: 2, queued: 2))
        for number in 1...4 { _ = machine.handle(.submitted(Self.task(number), ticket: nil), at: .zero) }
        _ = machine.handle(.submitted(Self.task(5), ticket: 5), at: .zero)
        _ = machine.handle(.submitted(Self.task(6), ticket: nil), at: .zero)
        let snapshot = machine.snapshot
        #expect(snapshot.running == 2 && snapshot.queued == 2 && snapshot.waiting == 1 && snapshot.refused == 1)
        #expect(snapshot.submitted == 6)
    }

    @Test func `a stuck task makes room for one more, as often as there are spares`() {
        var machine = Machine(TaskPoolLimits(running: 1, spares: 1, stuckAfter: .seconds(1)))
        for number in 1...3 {
            _ = machine.handle(.submitted(Self.task(number, deadline: .seconds(5)), ticket: nil), at: .zero)
        }
        let cancels = machine.handle(.timer, at: .zero + .seconds(5))
        #expect(cancels.contains { if case .cancel = $0 { true } else { false } })
        #expect(machine.snapshot.running == 1)
        let stuck = machine.handle(.timer, at: .zero + .seconds(6))
        #expect(stuck.contains { if case .reportStuck(label: "1", ran: .seconds(6)) = $0 { true } else { false } })
        #expect(machine.snapshot.running == 2 && machine.snapshot.stuck == 1)
        _ = machine.handle(.timer, at: .zero + .seconds(11))
        let again = machine.handle(.timer, at: .zero + .seconds(12))
        #expect(again.contains { if case .reportStuck(label: "2", _) = $0 { true } else { false } })
        // Both slots are stuck, and there is no further spare.
        #expect(machine.snapshot.running == 2 && machine.snapshot.stuck == 2 && machine.snapshot.queued == 1)
        #expect(machine.settle(slot: 0, .returned) == .timedOut)
        _ = machine.handle(.vacated(slot: 0), at: .zero + .seconds(13))
        #expect(machine.snapshot.running == 2 && machine.snapshot.stuck == 1 && machine.snapshot.timedOut == 1)
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `any order: never more than the limit and its spares, and every task accounted for exactly once`(
        seed: UInt64
    ) {
        var world = World(seed: seed)
        for _ in 0..<1_500 { world.step() }
        world.end()
        #expect(world.faults.isEmpty, "seed \(seed): \(world.faults.prefix(3))")
        let snapshot = world.machine.snapshot
        #expect(snapshot.running == 0 && snapshot.queued == 0 && snapshot.waiting == 0, "seed \(seed)")
        #expect(snapshot.done == world.submitted, "seed \(seed)")
        for outcome in TaskOutcome.allCases where outcome != .refused {
            #expect(world.outcomes[outcome, default: 0] == snapshot[outcome], "seed \(seed): \(outcome)")
        }
    }

    /// A machine, and tasks that end, hang and are withdrawn as chance will have it.
    private struct World {
        var machine: Machine
        let limits: TaskPoolLimits
        var generator: SplitMix64
        var now = MonotonicInstant.zero
        var timer: MonotonicInstant?
        var running: [Int: (number: Int, isCancelled: Bool)] = [:]
        var begun: Set<Int> = []
        var tickets: Set<UInt64> = []
        var outcomes: [TaskOutcome: Int] = [:]
        var submitted = 0
        var stuckReports: Set<String> = []
        var drained = 0
        var faults: [String] = []

        init(seed: UInt64) {
            generator = SplitMix64(seed: seed)
            limits = TaskPoolLimits(
                running: .random(in: 1...8, using: &generator), queued: .random(in: 0...20, using: &generator),
                spares: .random(in: 0...4, using: &generator), stuckAfter: .seconds(2))
            machine = Machine(limits)
        }

        mutating func step() {
            now = now + .milliseconds(Int64.random(in: 0...900, using: &generator))
            if let due = timer, due <= now {
                timer = nil
                apply(machine.handle(.timer, at: now))
            }
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<4: submit()
            case 4: withdraw()
            default: finishOne()
            }
            check()
        }

        mutating func end() {
            apply(machine.handle(.drain(until: now + .seconds(5)), at: now))
            for _ in 0..<40 {
                now = now + .milliseconds(300)
                if let due = timer, due <= now {
                    timer = nil
                    apply(machine.handle(.timer, at: now))
                }
                if Bool.random(using: &generator) { finishOne() }
                submit()
                check()
            }
            if drained != 1 { faults.append("drained \(drained) times") }
            while !running.isEmpty { finishOne() }
        }

        private mutating func submit() {
            submitted += 1
            let deadline: Duration? = Bool.random(using: &generator) ? .seconds(3) : nil
            let waits = Bool.random(using: &generator)
            let ticket = waits ? UInt64(submitted) : nil
            if let ticket { tickets.insert(ticket) }
            apply(machine.handle(.submitted(task(submitted, deadline: deadline), ticket: ticket), at: now))
        }

        private mutating func withdraw() {
            guard let ticket = tickets.min() else { return }
            apply(machine.handle(.withdrawn(ticket: ticket), at: now))
        }

        private mutating func finishOne() {
            guard let slot = running.keys.sorted().randomElement(using: &generator), let entry = running[slot] else {
                return
            }
            // Cancelled tasks hang more often than not, so that some become stuck.
            if entry.isCancelled, drained == 0, Int.random(in: 0..<4, using: &generator) > 0 { return }
            let endings: [TaskEnding] = [.returned, .returned, .threw, .threwCancellation]
            if machine.isCancelled(slot: slot) != entry.isCancelled {
                faults.append("slot \(slot): who was cancelled?")
            }
            let outcome = machine.settle(slot: slot, endings[Int.random(in: 0..<4, using: &generator)])
            outcomes[outcome, default: 0] += 1
            running[slot] = nil
            apply(machine.handle(.vacated(slot: slot), at: now))
        }

        private mutating func apply(_ actions: [TaskPoolAction<Int>]) {
            for action in actions {
                switch action {
                case .run(let slot, let task):
                    if running[slot] != nil { faults.append("slot \(slot) is taken") }
                    if !begun.insert(task.work).inserted { faults.append("\(task.work) runs twice") }
                    running[slot] = (task.work, false)
                case .admit(let ticket), .refuse(let ticket, _):
                    if tickets.remove(ticket) == nil { faults.append("ticket \(ticket) was answered twice") }
                case .cancel(let slot):
                    if running[slot]?.isCancelled != false { faults.append("slot \(slot) is cancelled twice") }
                    running[slot]?.isCancelled = true
                case .reportStuck(let label, _):
                    if !stuckReports.insert(label).inserted { faults.append("\(label) is reported twice") }
                case .setTimer(let moment):
                    if let timer, timer < moment { faults.append("a timer is put off") }
                    timer = moment
                case .drained:
                    drained += 1
                    outcomes[.cancelled, default: 0] += machine.remains.dropped.count
                }
            }
        }

        private mutating func check() {
            let snapshot = machine.snapshot
            if snapshot.running != running.count { faults.append("\(snapshot.running) run, not \(running.count)") }
            if snapshot.running > limits.running + limits.spares { faults.append("\(snapshot.running) run") }
            // Who was stuck and ends leaves a slot that its spare still uses, until that one ends, too.
            if snapshot.running - snapshot.stuck > limits.running { faults.append("too many that are not stuck") }
            if snapshot.submitted != submitted { faults.append("\(snapshot.submitted) of \(submitted) accounted for") }
            if snapshot.queued > limits.queued { faults.append("\(snapshot.queued) in the queue") }
            let idle = snapshot.running < limits.running
            if idle, snapshot.queued + snapshot.waiting > 0 { faults.append("idle with work at hand") }
        }

        private func task(_ number: Int, deadline: Duration?) -> PooledTask<Int> {
            PooledTask(label: "\(number)", deadline: deadline, work: number)
        }
    }
}

extension TaskPoolSnapshot {
    fileprivate subscript(outcome: TaskOutcome) -> Int {
        switch outcome {
        case .succeeded: succeeded
        case .failed: failed
        case .cancelled: cancelled
        case .timedOut: timedOut
        case .refused: refused
        }
    }
}
