import Testing

@testable import HobWorkers

/// What a pool decides, case by case.
@Suite struct PoolMachineTests {
    private func orders(_ actions: [PoolAction]) -> [PoolAction] { PoolFlow.orders(actions) }

    @Test func `a start is over when the last worker is ready`() {
        var flow = PoolFlow(min: 2, max: 4)
        #expect(orders(flow.tell(.start)) == [.spawn(1, slot: 1), .spawn(2, slot: 2)])
        #expect(orders(flow.tell(.ready(2))) == [])
        #expect(orders(flow.tell(.ready(1))) == [.startSucceeded])
        #expect(flow.machine.life == .running)
    }

    @Test func `a start fails with the first worker that ends before it is ready, and nobody is left`() {
        var flow = PoolFlow(min: 2, max: 2)
        _ = flow.tell(.start)
        #expect(orders(flow.tell(.ended(1))) == [.bury(1, .unasked), .startFailed(1), .askToStop(2)])
        #expect(orders(flow.tell(.ended(2))) == [.bury(2, .notNeeded), .stopped])
    }

    @Test func `a start fails as well when one dies again before the last one is ready`() {
        var flow = PoolFlow(min: 2, max: 2)
        _ = flow.tell(.start)
        _ = flow.tell(.ready(1))
        #expect(orders(flow.tell(.ended(1))) == [.bury(1, .unasked), .startFailed(1), .askToStop(2)])
    }

    @Test func `row 66: a worker that dies is replaced at once`() {
        var flow = PoolFlow.running(min: 3, max: 3)
        #expect(orders(flow.tell(.ended(2), after: .seconds(5))) == [.bury(2, .unasked), .spawn(4, slot: 2)])
    }

    @Test func `workers that die at once again and again wait longer each time, and a good life forgives`() {
        var flow = PoolFlow.running(min: 1, max: 1)
        var id = 1
        var waits: [Duration] = []
        for _ in 0..<6 {
            let actions = orders(flow.tell(.ended(id)))
            if case .armRetry(let slot, let delay)? = actions.last {
                waits.append(delay)
                #expect(orders(flow.tell(.retryDue(slot: slot), after: delay)) == [.spawn(id + 1, slot: 1)])
            }
            id += 1
            _ = flow.tell(.ready(id))
        }
        #expect(waits == [20, 40, 80, 160, 320].map { .milliseconds($0) })
        #expect(orders(flow.tell(.ended(id), after: .seconds(2))) == [.bury(id, .unasked), .spawn(id + 1, slot: 1)])
    }

    @Test func `row 68: a worker without a beat is killed and replaced`() {
        var flow = PoolFlow.running(min: 1, max: 1) { $0.heartbeat = .seconds(2) }
        #expect(flow.tell(.beat(1)) == [.armBeat(1, .seconds(2))])
        #expect(flow.tell(.beatMissed(1), after: .seconds(2)) == [.kill(1)])
        #expect(flow.machine.state(ofSlot: 1) == .killed)
        #expect(orders(flow.tell(.ended(1))) == [.bury(1, .stuck), .spawn(2, slot: 1)])
    }

    @Test func `a worker that is never ready is killed at its deadline`() {
        var flow = PoolFlow.running(min: 1, max: 1)
        _ = flow.tell(.ended(1), after: .seconds(5))
        #expect(flow.tell(.startTimedOut(2)) == [.kill(2)])
        #expect(orders(flow.tell(.ended(2))) == [.bury(2, .slowStart), .armRetry(slot: 1, .milliseconds(20))])
    }

    @Test func `row 67: a rolling restart replaces one after the other, the new one ready before the old one is asked`()
    {
        var flow = PoolFlow.running(min: 2, max: 2)
        #expect(orders(flow.tell(.restart(nil))) == [.spawn(3, slot: 1)])
        #expect(orders(flow.tell(.ready(3))) == [.askToStop(1)])
        #expect(orders(flow.tell(.ended(1))) == [.bury(1, .restart), .spawn(4, slot: 2)])
        #expect(orders(flow.tell(.ready(4))) == [.askToStop(2)])
        #expect(orders(flow.tell(.ended(2))) == [.bury(2, .restart), .restartSucceeded])
    }

    @Test func `row 67: one worker's restart touches no other`() {
        var flow = PoolFlow.running(min: 3, max: 3)
        #expect(orders(flow.tell(.restart([2]))) == [.spawn(4, slot: 2)])
        #expect(orders(flow.tell(.ready(4))) == [.askToStop(2)])
        #expect(orders(flow.tell(.ended(2))) == [.bury(2, .restart), .restartSucceeded])
    }

    @Test func `a restart whose new worker fails keeps the old ones`() {
        var flow = PoolFlow.running(min: 2, max: 2)
        _ = flow.tell(.restart(nil))
        #expect(orders(flow.tell(.ended(3))) == [.bury(3, .unasked), .restartFailed(3)])
        #expect(flow.machine.state(ofSlot: 1) == .ready && flow.machine.state(ofSlot: 2) == .ready)
        #expect(flow.machine.members.count == 2)
    }

    @Test func `an old worker that dies while its successor starts is succeeded`() {
        var flow = PoolFlow.running(min: 1, max: 1)
        _ = flow.tell(.restart(nil))
        #expect(orders(flow.tell(.ended(1))) == [.bury(1, .unasked), .restartSucceeded])
        #expect(orders(flow.tell(.ready(2))) == [])
        #expect(flow.machine.state(ofSlot: 1) == .ready)
    }

    @Test func `a worker that has served enough is replaced, and again later if the new one fails`() {
        var flow = PoolFlow.running(min: 1, max: 1)
        #expect(orders(flow.tell(.recycle(1, .requests))) == [.spawn(2, slot: 1)])
        #expect(orders(flow.tell(.ended(2))) == [.bury(2, .unasked), .armRetry(slot: 1, .milliseconds(20))])
        #expect(orders(flow.tell(.retryDue(slot: 1))) == [.spawn(3, slot: 1)])
        #expect(orders(flow.tell(.ready(3))) == [.askToStop(1)])
        #expect(orders(flow.tell(.ended(1))) == [.bury(1, .requests)])
    }

    @Test func `the age of each worker is cut by its own share`() {
        var flow = PoolFlow(min: 3, max: 3) {
            $0.maximumAge = .seconds(100)
            $0.ageJitter = 0.2
        }
        _ = flow.tell(.start)
        let ages = (1...3).flatMap { flow.tell(.ready($0)) }.compactMap { action -> Duration? in
            if case .armAge(_, let age) = action { age } else { nil }
        }
        #expect(ages.count == 3 && Set(ages).count == 3)
        #expect(ages.allSatisfy { $0 >= .seconds(80) && $0 <= .seconds(100) })
        #expect(orders(flow.tell(.ageOver(2))) == [.spawn(4, slot: 2)])
    }

    @Test func `row 66: a pool scales between its bounds and not beyond`() {
        var flow = PoolFlow.running(min: 1, max: 3)
        #expect(orders(flow.tell(.scale(4))) == [])
        #expect(orders(flow.tell(.scale(0))) == [])
        #expect(orders(flow.tell(.scale(3))) == [.spawn(2, slot: 2), .spawn(3, slot: 3)])
        _ = flow.tell(.ready(2))
        _ = flow.tell(.ready(3))
        #expect(orders(flow.tell(.scale(1))) == [.askToStop(2), .askToStop(3)])
        #expect(orders(flow.tell(.ended(3))) == [.bury(3, .notNeeded)])
        #expect(orders(flow.tell(.scale(3))) == [.spawn(4, slot: 3)])
        #expect(orders(flow.tell(.ended(2))) == [.bury(2, .notNeeded), .spawn(5, slot: 2)])
    }

    @Test func `the ladder of a stop: a word, the signals, SIGKILL`() {
        var flow = PoolFlow.running(min: 1, max: 1) { $0.drain = .seconds(30) }
        #expect(flow.tell(.stop(drain: .seconds(3))) == [.askToStop(1), .armStop(1, step: 0, .seconds(3))])
        #expect(flow.tell(.stopPatienceOver(1, step: 0)) == [.signal(1, 15), .armStop(1, step: 1, .seconds(1))])
        #expect(flow.tell(.stopPatienceOver(1, step: 0)) == [])
        #expect(flow.tell(.stopPatienceOver(1, step: 1)) == [.kill(1)])
        #expect(flow.tell(.ended(1)) == [.bury(1, .notNeeded), .stopped])
    }

    @Test func `a stop amid a restart gives that up, and is less patient with who drains already`() {
        var flow = PoolFlow.running(min: 2, max: 2)
        _ = flow.tell(.restart(nil))
        _ = flow.tell(.ready(3))
        let actions = flow.tell(.stop(drain: .seconds(1)))
        #expect(
            actions == [
                .restartFailed(nil), .armStop(1, step: 0, .seconds(1)), .askToStop(2),
                .armStop(2, step: 0, .seconds(1)), .askToStop(3), .armStop(3, step: 0, .seconds(1)),
            ])
    }

    @Test func `a stop before the start is over at once`() {
        var flow = PoolFlow(min: 1, max: 1)
        #expect(flow.tell(.stop(drain: .zero)) == [.stopped])
        #expect(flow.tell(.start) == [])
    }
}
