import HobPolicy
import Testing

@testable import HobAMQPCore

@Suite struct IntakeMachineTests {
    private static let limits = IntakeLimits(concurrency: 2, drain: .seconds(20), grace: .seconds(5))

    private static func machine(_ events: IntakeEvent...) -> IntakeMachine {
        var machine = IntakeMachine(backoff: Backoff(initial: .seconds(1), maximum: .seconds(8), jitter: 0), seed: 1)
        for event in [.begin(limits)] + events { _ = machine.handle(event, at: .zero) }
        return machine
    }

    private static func expect(
        _ machine: inout IntakeMachine, _ event: IntakeEvent, _ actions: [IntakeAction],
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(machine.handle(event, at: .zero) == actions, "\(event)", sourceLocation: location)
    }

    @Test func `messages are fetched for free places only`() {
        var machine = Self.machine()
        #expect(machine.subscription == .subscribing(prefetch: 2) && machine.phase == .subscribing)
        Self.expect(&machine, .subscribed, [])
        #expect(machine.phase == .taking)
        for _ in 0..<2 {
            Self.expect(&machine, .asked, [.pull])
            Self.expect(&machine, .delivered, [.handle])
        }
        Self.expect(&machine, .asked, [])
        Self.expect(&machine, .handled, [.pull])
        Self.expect(&machine, .delivered, [.handle])
        #expect(machine.active == 2)
    }

    @Test func `a pause gives back what comes, and is over when the last handler is`() {
        var machine = Self.machine(.subscribed, .asked, .delivered, .asked)
        Self.expect(&machine, .pause, [.unsubscribe])
        Self.expect(&machine, .delivered, [.giveBack])
        Self.expect(&machine, .asked, [.pull])
        Self.expect(&machine, .ended, [])
        #expect(machine.phase == .pausing && machine.active == 1)
        Self.expect(&machine, .handled, [])
        #expect(machine.phase == .paused)
        Self.expect(&machine, .resume, [.subscribe(prefetch: 2)])
    }

    @Test func `who waits for a place sees the end of a subscription`() {
        var machine = Self.machine(.subscribed, .asked, .delivered, .asked, .delivered, .asked)
        Self.expect(&machine, .pause, [.unsubscribe, .pull])
    }

    @Test func `another concurrency is another subscription, and handlers of the first count`() {
        var machine = Self.machine(.subscribed, .asked, .delivered, .asked, .delivered, .asked)
        Self.expect(&machine, .setConcurrency(1), [.unsubscribe, .pull])
        Self.expect(&machine, .ended, [.subscribe(prefetch: 1)])
        Self.expect(&machine, .subscribed, [])
        Self.expect(&machine, .asked, [])
        Self.expect(&machine, .handled, [])
        Self.expect(&machine, .handled, [.pull])
        #expect(machine.concurrency == 1)
    }

    @Test func `wishes while the broker is asked are met when it has answered`() {
        var machine = Self.machine(.setConcurrency(7))
        Self.expect(&machine, .subscribed, [.unsubscribe])
        Self.expect(&machine, .asked, [.pull])
        Self.expect(&machine, .pause, [])
        Self.expect(&machine, .ended, [])
        #expect(machine.phase == .paused)
        Self.expect(&machine, .resume, [.subscribe(prefetch: 7)])
        Self.expect(&machine, .pause, [])
        Self.expect(&machine, .resume, [])
        Self.expect(&machine, .subscribed, [])
    }

    @Test func `paused before it begins, it asks for nothing`() {
        var machine = IntakeMachine(seed: 1)
        #expect(machine.phase == .idle)
        Self.expect(&machine, .pause, [])
        Self.expect(&machine, .setConcurrency(0), [])
        Self.expect(&machine, .begin(Self.limits), [])
        #expect(machine.phase == .paused && machine.concurrency == 1)
        Self.expect(&machine, .resume, [.subscribe(prefetch: 1)])
    }

    @Test func `what breaks is asked for again, later each time`() {
        var machine = Self.machine()
        var waits: [Duration] = []
        for _ in 0..<5 {
            guard case .set(.retry, let delay)? = machine.handle(.refused(isFinal: false), at: .zero).first else {
                break
            }
            waits.append(delay)
            Self.expect(&machine, .expired(.retry), [.subscribe(prefetch: 2)])
        }
        #expect(waits == [0, 1, 2, 4, 8].map { .seconds($0) })
        Self.expect(&machine, .subscribed, [])
        let later = MonotonicInstant.zero + .seconds(60)
        #expect(machine.handle(.ended, at: later) == [.set(.retry, .zero)])
    }

    @Test func `a pause while it waits to ask again asks at once when it is over`() {
        var machine = Self.machine(.refused(isFinal: false))
        Self.expect(&machine, .pause, [])
        #expect(machine.phase == .paused)
        Self.expect(&machine, .resume, [.subscribe(prefetch: 2)])
        Self.expect(&machine, .expired(.retry), [])
    }

    @Test func `a stop waits for handlers and for what goes back`() {
        var machine = Self.machine(.subscribed, .asked, .delivered, .asked)
        Self.expect(&machine, .stop, [.unsubscribe, .set(.drain, .seconds(20))])
        #expect(machine.phase == .draining)
        Self.expect(&machine, .handled, [])
        Self.expect(&machine, .ended, [.finish(abandoned: 0)])
        #expect(machine.phase == .over && !machine.isRunning)
    }

    @Test func `a stop with nothing under way is over at once`() {
        var starting = Self.machine()
        Self.expect(&starting, .stop, [.finish(abandoned: 0)])
        Self.expect(&starting, .subscribed, [.unsubscribe])
        var paused = Self.machine(.subscribed, .asked, .pause, .ended)
        Self.expect(&paused, .stop, [.finish(abandoned: 0)])
        var waiting = Self.machine(.refused(isFinal: false))
        Self.expect(&waiting, .stop, [.finish(abandoned: 0)])
    }

    @Test func `handlers that do not finish are cancelled, those that do not end are left`() {
        var machine = Self.machine(.subscribed, .asked, .delivered, .asked, .stop, .ended)
        Self.expect(&machine, .expired(.drain), [.cancelHandlers, .set(.grace, .seconds(5))])
        Self.expect(&machine, .expired(.grace), [.finish(abandoned: 1)])
        Self.expect(&machine, .handled, [])
        #expect(machine.phase == .over)
    }

    @Test func `a broker that does not answer a stop is not waited for`() {
        var machine = Self.machine(.subscribed, .asked, .stop)
        Self.expect(&machine, .expired(.drain), [.finish(abandoned: 0)])
    }

    @Test func `a cancelled run cancels its handlers at once`() {
        var machine = Self.machine(.subscribed, .asked, .delivered, .asked)
        Self.expect(&machine, .cancel, [.unsubscribe, .cancelHandlers, .set(.grace, .seconds(5))])
        Self.expect(&machine, .handled, [.finish(abandoned: 0)])
    }

    @Test func `a refusal for good lets handlers finish`() {
        var machine = Self.machine(.subscribed, .asked, .delivered, .asked, .setConcurrency(3), .ended)
        Self.expect(&machine, .refused(isFinal: true), [.set(.drain, .seconds(20))])
        Self.expect(&machine, .handled, [.finish(abandoned: 0)])
    }

    @Test func `the next run begins with what was set`() {
        var machine = Self.machine(.subscribed, .setConcurrency(5), .asked, .ended, .pause, .stop)
        #expect(machine.phase == .over)
        Self.expect(&machine, .begin(Self.limits), [])
        Self.expect(&machine, .resume, [.subscribe(prefetch: 5)])
        Self.expect(&machine, .begin(Self.limits), [])
    }

    /// A broker, a fetcher and handlers that do what they are told, in any order.
    @Test(arguments: 0..<300)
    func `a random walk keeps to its bound, answers every message and ends`(seed: UInt64) {
        var world = IntakeWorld(seed: seed)
        for _ in 0..<400 { world.step() }
        world.end()
        #expect(world.complaints.isEmpty, "seed \(seed): \(world.complaints)")
    }
}
