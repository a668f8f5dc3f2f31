import HobPolicy

@testable import HobAMQPCore

/// What is around an intake, played: the broker, who fetches messages, handlers and timers, which act when they like.
struct IntakeWorld {
    private var machine: IntakeMachine
    private var generator: SplitMix64
    private var now = MonotonicInstant.zero
    /// The prefetch of the subscription that is being made.
    private var asked: Int?
    /// The prefetch of the one that stands.
    private var standing: Int?
    private var isLeaving = false
    private var mayPull = false
    private var awaitsLeave = false
    private var timers: [IntakeTimer] = []
    private var handlers = 0
    private var hasFetched = false
    private var isOver = false
    /// The largest bound since the last time that no handler ran above the present one.
    private var bound = 4
    private(set) var complaints: [String] = []

    init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
        machine = IntakeMachine(seed: seed)
        send(.begin(IntakeLimits(concurrency: 4, drain: .seconds(1), grace: .seconds(1))))
    }

    private mutating func send(_ event: IntakeEvent) {
        for action in machine.handle(event, at: now) { perform(action) }
        if machine.active != handlers, !isOver { complain("\(machine.active) counted, \(handlers) run") }
    }

    private mutating func complain(_ text: String) { complaints.append(text) }

    private mutating func perform(_ action: IntakeAction) {
        if isOver { complain("\(action) after the end") }
        switch action {
        case .subscribe(let prefetch):
            if asked != nil || standing != nil { complain("two subscriptions") }
            asked = prefetch
        case .unsubscribe:
            if standing == nil || isLeaving { complain("nothing to leave") }
            isLeaving = true
        case .pull:
            if !awaitsLeave { complain("leave for nobody") }
            awaitsLeave = false
            mayPull = true
        case .handle:
            if !hasFetched { complain("nothing to handle") }
            hasFetched = false
            handlers += 1
            if handlers > bound { complain("\(handlers) handlers, \(bound) allowed") }
        case .giveBack:
            if !hasFetched { complain("nothing to give back") }
            hasFetched = false
        case .set(let timer, _): timers.append(timer)
        case .cancelHandlers: break
        case .finish(let abandoned):
            if abandoned != handlers { complain("\(abandoned) said to be left, \(handlers) are") }
            isOver = true
        }
    }

    /// One of those around it does something.
    mutating func step() {
        guard !isOver else { return }
        now = now + .milliseconds(Int64.random(in: 0...3_000, using: &generator))
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<3: send(.pause)
        case 3..<8: send(.resume)
        case 8..<13:
            bound = Int.random(in: 1...8, using: &generator)
            send(.setConcurrency(bound))
        case 13: send(.stop)
        case 14 where Int.random(in: 0..<4, using: &generator) == 0: send(.cancel)
        case 14..<35: if handlers > 0 { finishHandler() }
        case 35..<50: fire()
        case 50..<60: answer()
        default: fetch()
        }
    }

    private mutating func finishHandler() {
        handlers -= 1
        send(.handled)
    }

    private mutating func fire() {
        guard !timers.isEmpty else { return }
        send(.expired(timers.remove(at: Int.random(in: 0..<timers.count, using: &generator))))
    }

    private mutating func answer() {
        guard let prefetch = asked else { return }
        asked = nil
        if Int.random(in: 0..<4, using: &generator) == 0 {
            return send(.refused(isFinal: Int.random(in: 0..<20, using: &generator) == 0))
        }
        standing = prefetch
        send(.subscribed)
        ask()
    }

    private mutating func ask() {
        guard !isOver else { return }
        awaitsLeave = true
        send(.asked)
    }

    private mutating func fetch() {
        guard standing != nil, mayPull else { return }
        mayPull = false
        let breaks = Int.random(in: 0..<15, using: &generator) == 0
        // What was on its way when it was left may still come.
        if breaks || (isLeaving && Bool.random(using: &generator)) {
            standing = nil
            isLeaving = false
            return send(.ended)
        }
        hasFetched = true
        send(.delivered)
        if hasFetched { complain("a message without an answer") }
        ask()
    }

    /// Everybody goes on until it has ended, and it must.
    mutating func end() {
        send(.stop)
        for _ in 0..<2_000 where !isOver {
            answer()
            fetch()
            if handlers > 0 { finishHandler() }
            fire()
        }
        if !isOver { complain("it does not end: \(machine)") }
    }
}
