package import HobPolicy

/// The answering side of a link: one client's connection and its calls.
///
///     opened ─▶ greeting ──hello──▶ open ──drain──▶ leaving ──client's goodbye, nothing runs──▶ closed
///                  │ wrong hello, timer, breach, end of the stream      (from every state)        ▲
///                  └──────────────────────────────────────────────────────────────────────────────┘
///
/// At most `concurrency` calls run at once; then nothing more is read until one has ended.
package struct ServedStateMachine: Sendable {
    package enum State: Hashable, Sendable {
        case greeting, open, leaving, closed
    }

    package private(set) var state = State.greeting
    /// What the client is called.
    package private(set) var client: String
    private let hello: Frame.Hello
    private let concurrency: Int
    private let greetingLimit: Duration
    /// The calls that run, and whether their answers are still wanted.
    private var running: [UInt64: Bool] = [:]
    private var isPaused = false
    private var isDraining = false
    private var clientHasLeft = false

    package init(client: String, hello: Frame.Hello, concurrency: Int, greetingLimit: Duration) {
        self.client = client
        self.hello = hello
        self.concurrency = max(1, concurrency)
        self.greetingLimit = greetingLimit
    }

    /// How many calls run.
    package var runningCount: Int { running.count }

    /// What an event leads to.
    package mutating func handle(_ event: ServedEvent, at now: MonotonicInstant) -> [ServedAction] {
        var actions: [ServedAction] = []
        guard state != .closed else {
            if case .finished(let id, _) = event { running[id] = nil }
            return actions
        }
        switch event {
        case .opened: actions.append(.setTimer(.greeting, at: now + greetingLimit))
        case .received(let finding): receive(finding, now, &actions)
        case .finished(let id, let reply):
            guard let isWanted = running.removeValue(forKey: id) else { break }
            actions.append(.cancelTimer(.call(id)))
            if isWanted { actions.append(.send(.reply(id: id, reply))) }
            if isPaused, running.count < concurrency {
                isPaused = false
                actions.append(.resumeReading)
            }
        case .timer(.call(let id)): giveUp(id, &actions)
        case .timer(.greeting):
            guard state == .greeting else { break }
            refuse("no greeting came within \(greetingLimit.brief)", &actions)
        case .closed(let reason):
            actions.append(.log(.gone(reason, callsRunning: running.count)))
            stop(&actions)
        case .drain:
            isDraining = true
            switch state {
            case .greeting: refuse("\(hello.name) is shutting down", &actions)
            case .open: leave(&actions)
            case .leaving, .closed: break
            }
        case .end:
            if !running.isEmpty { actions.append(.log(.ended(callsRunning: running.count))) }
            stop(&actions)
            actions.append(.close)
        }
        if state == .leaving, clientHasLeft, running.isEmpty {
            stop(&actions)
            actions.append(.close)
        }
        return actions
    }

    private mutating func receive(
        _ finding: FrameDecoder.Finding, _ now: MonotonicInstant, _ actions: inout [ServedAction]
    ) {
        switch (state, finding) {
        case (.greeting, .frame(.hello(let other))):
            actions.append(.cancelTimer(.greeting))
            client = "\(other.name) (pid \(other.pid))"
            if let mismatch = hello.mismatch(with: other) { return refuse(mismatch, &actions) }
            state = .open
            actions += [.send(.hello(hello)), .liftLimit, .log(.greeted(client))]
            if isDraining { leave(&actions) }
        case (.greeting, .malformed(let reason)): broken(reason, &actions)
        case (.greeting, _): broken("it did not greet first", &actions)
        case (.open, .frame(.call(let id, let call))), (.leaving, .frame(.call(let id, let call))):
            begin(id, call, now, &actions)
        case (.open, .frame(.cancel(let id))), (.leaving, .frame(.cancel(let id))): giveUp(id, &actions)
        case (.open, .frame(.goodbye)), (.leaving, .frame(.goodbye)): clientHasLeft = true
        case (.open, .frame(.refusal(let text))), (.leaving, .frame(.refusal(let text))):
            actions.append(.log(.gone(text, callsRunning: running.count)))
            stop(&actions)
            actions.append(.close)
        case (.open, .oversized(let id, true, let bytes)), (.leaving, .oversized(let id, true, let bytes)):
            let text = "the call has \(bytes) bytes, more than \(hello.name) takes"
            actions.append(.send(.reply(id: id, .refused(.tooLarge, text))))
        case (.open, .frame(.hello)), (.leaving, .frame(.hello)): broken("it greeted twice", &actions)
        case (.open, .frame(.reply)), (.leaving, .frame(.reply)), (.open, .oversized(_, false, _)),
            (.leaving, .oversized(_, false, _)):
            broken("it answers where it must call", &actions)
        case (.open, .malformed(let reason)), (.leaving, .malformed(let reason)): broken(reason, &actions)
        case (.closed, _): break
        }
    }

    private mutating func begin(
        _ id: UInt64, _ call: Frame.Call, _ now: MonotonicInstant, _ actions: inout [ServedAction]
    ) {
        guard running[id] == nil else { return broken("it used the number \(id) twice", &actions) }
        let deadline = now + .nanoseconds(Int64(clamping: call.budget))
        running[id] = true
        actions += [.setTimer(.call(id), at: deadline), .run(id: id, call, deadline: deadline)]
        if running.count >= concurrency, !isPaused {
            isPaused = true
            actions.append(.pauseReading)
        }
    }

    /// Nobody waits for this call any more: it is cancelled, and counts until it has ended.
    private mutating func giveUp(_ id: UInt64, _ actions: inout [ServedAction]) {
        guard running[id] == true else { return }
        running[id] = false
        actions += [.cancelTimer(.call(id)), .cancelRun(id: id)]
    }

    private mutating func leave(_ actions: inout [ServedAction]) {
        state = .leaving
        actions.append(.send(.goodbye))
    }

    private mutating func refuse(_ reason: String, _ actions: inout [ServedAction]) {
        actions += [.send(.refusal(reason)), .log(.refused(reason))]
        stop(&actions)
        actions.append(.close)
    }

    private mutating func broken(_ reason: String, _ actions: inout [ServedAction]) {
        actions += [.send(.refusal("not the link's protocol: \(reason)")), .log(.broken(reason))]
        stop(&actions)
        actions.append(.close)
    }

    /// Cancels what runs, with its timers.
    private mutating func stop(_ actions: inout [ServedAction]) {
        state = .closed
        actions.append(.cancelTimer(.greeting))
        for (id, isWanted) in running.sorted(by: { $0.key < $1.key }) where isWanted {
            running[id] = false
            actions += [.cancelTimer(.call(id)), .cancelRun(id: id)]
        }
    }
}
