package import HobPolicy

/// The calling side of a link: one connection to one address, made when a call needs it, and the calls that use it.
///
///              call                 connected                hello                   goodbye
///     idle ──────────▶ connecting ──────────▶ greeting ──────────────▶ open ────────────────▶ leaving
///      ▲                 │  ▲                    │ timer, closed         │ closed               │ closed
///      │ no call waits   │  │ timer              ▼                       ▼                      │
///      ◀───────────── waiting ◀──────────────────┴───────────────────────┴──────────────────────┘
///
/// A call that comes while there is no open connection waits for one until its own deadline. A call that was sent is
/// never sent again: when its connection ends, it fails with the news that it may have run. A greeting that does not
/// fit, or a refusal, fails all that wait, since waiting would not help. A wrong peer leads back to idle.
package struct PeerStateMachine: Sendable {
    package enum State: Hashable, Sendable {
        case idle, connecting, greeting, open, leaving, waiting, ended
    }

    private struct Entry {
        /// Nil once it is sent.
        var call: Frame.Call?
        var deadline: MonotonicInstant
        var isSent: Bool { call == nil }
    }

    package private(set) var state = State.idle
    /// What the peer is called: its address, and its name once it has told it.
    package private(set) var peer: String
    private let address: String
    private let hello: Frame.Hello
    private let backoff: Backoff
    private let greetingLimit: Duration
    private var calls: [UInt64: Entry] = [:]
    /// The ids of unsent calls in order; those that have ended since are passed over.
    private var queue: [UInt64] = []
    private var unsent = 0
    private var failures = 0
    private var lastFailure: String?
    private var isShuttingDown = false

    package init(address: String, hello: Frame.Hello, backoff: Backoff, greetingLimit: Duration) {
        self.address = address
        peer = address
        self.hello = hello
        self.backoff = backoff
        self.greetingLimit = greetingLimit
    }

    /// How many calls have not ended.
    package var callCount: Int { calls.count }

    /// What an event leads to.
    package mutating func handle(
        _ event: PeerEvent, at now: MonotonicInstant, using generator: inout some RandomNumberGenerator
    ) -> [PeerAction] {
        var actions: [PeerAction] = []
        switch event {
        case .call(let id, let call, let deadline): begin(id, call, deadline, now, &actions)
        case .cancelled(let id): abandon(id, .cancelled, &actions)
        case .connected:
            guard state == .connecting else { break }
            state = .greeting
            actions += [.send(.hello(hello)), .setTimer(.greeting, at: now + greetingLimit)]
        case .connectFailed(let reason):
            guard state == .connecting else { break }
            actions.append(.cancelTimer(.greeting))
            retry(reason, now, &generator, &actions)
        case .received(let finding): receive(finding, now, &actions, &generator)
        case .closed(let reason): closed(reason, now, &generator, &actions)
        case .timer(.call(let id)): expire(id, &actions)
        case .timer(.retry):
            guard state == .waiting else { break }
            connect(now, &actions)
        case .timer(.greeting):
            guard state == .connecting || state == .greeting else { break }
            let what = state == .connecting ? "it could not be connected to" : "it did not greet"
            actions.append(.disconnect)
            retry("\(what) within \(greetingLimit.brief)", now, &generator, &actions)
        case .shutDown: isShuttingDown = true
        case .end: end(&actions)
        }
        settle(&actions)
        return actions
    }

    // MARK: Calls

    private mutating func begin(
        _ id: UInt64, _ call: Frame.Call, _ deadline: MonotonicInstant, _ now: MonotonicInstant,
        _ actions: inout [PeerAction]
    ) {
        guard !isShuttingDown, state != .ended else {
            return actions.append(.complete(id: id, .notSent(.shutDown, "this link is shut down")))
        }
        guard deadline > now else {
            return actions.append(.complete(id: id, .notSent(.unreachable, "its deadline had passed before it began")))
        }
        calls[id] = Entry(call: call, deadline: deadline)
        actions.append(.setTimer(.call(id), at: deadline))
        if state == .open { return send(id, now, &actions) }
        queue.append(id)
        unsent += 1
        if state == .idle { connect(now, &actions) }
    }

    private mutating func send(_ id: UInt64, _ now: MonotonicInstant, _ actions: inout [PeerAction]) {
        guard let entry = calls[id], var call = entry.call else { return }
        calls[id]?.call = nil
        call.budget = UInt64(max(0, (entry.deadline - now).wholeNanoseconds))
        actions.append(.send(.call(id: id, call)))
    }

    private mutating func expire(_ id: UInt64, _ actions: inout [PeerAction]) {
        guard let entry = calls[id] else { return }
        if entry.isSent {
            abandon(id, .mayHaveRun(.deadlineExceeded, "\(peer) did not answer in time"), &actions)
        } else {
            let reason = lastFailure.map { "; the last attempt: \($0)" } ?? ""
            abandon(id, .notSent(.unreachable, "there was no connection to \(peer) in time\(reason)"), &actions)
        }
    }

    /// Ends a call that has no answer; its other side is told.
    private mutating func abandon(_ id: UInt64, _ outcome: CallOutcome, _ actions: inout [PeerAction]) {
        guard let entry = calls[id] else { return }
        if entry.isSent, state == .open || state == .leaving { actions.append(.send(.cancel(id: id))) }
        complete(id, outcome, &actions)
    }

    private mutating func complete(_ id: UInt64, _ outcome: CallOutcome, _ actions: inout [PeerAction]) {
        guard let entry = calls.removeValue(forKey: id) else { return }
        if !entry.isSent { unsent -= 1 }
        actions += [.cancelTimer(.call(id)), .complete(id: id, outcome)]
    }

    // MARK: The connection

    private mutating func connect(_ now: MonotonicInstant, _ actions: inout [PeerAction]) {
        state = .connecting
        actions += [.connect, .setTimer(.greeting, at: now + greetingLimit)]
    }

    private mutating func receive(
        _ finding: FrameDecoder.Finding, _ now: MonotonicInstant, _ actions: inout [PeerAction],
        _ generator: inout some RandomNumberGenerator
    ) {
        guard state == .greeting || state == .open || state == .leaving else { return }
        switch finding {
        case .frame(.hello(let hello)):
            guard state == .greeting else { return broken("it greeted twice", now, &generator, &actions) }
            actions.append(.cancelTimer(.greeting))
            peer = "\(hello.name) (pid \(hello.pid), \(address))"
            if let mismatch = self.hello.mismatch(with: hello) { return refuse(mismatch, &actions) }
            state = .open
            failures = 0
            lastFailure = nil
            actions.append(.log(.connected(to: peer)))
            let waiting = queue
            queue = []
            for id in waiting {
                if calls[id]?.call != nil { unsent -= 1 }
                send(id, now, &actions)
            }
        case .frame(.refusal(let text)): refuse(text, &actions)
        case .frame(.reply(let id, let reply)):
            // An answer that nobody waits for comes after its deadline.
            guard calls[id]?.isSent ?? false else { break }
            complete(id, .reply(reply), &actions)
        case .oversized(let id, false, let bytes):
            guard calls[id]?.isSent ?? false else { break }
            complete(id, .mayHaveRun(.tooLarge, "the answer of \(peer) has \(bytes) bytes, too many"), &actions)
        case .frame(.goodbye):
            guard state == .open else { break }
            state = .leaving
            actions.append(.send(.goodbye))
        case .frame(.call), .frame(.cancel), .oversized(_, true, _):
            broken("it calls where it must answer", now, &generator, &actions)
        case .malformed(let reason): broken(reason, now, &generator, &actions)
        }
    }

    /// The peer does not keep to the protocol.
    private mutating func broken(
        _ reason: String, _ now: MonotonicInstant, _ generator: inout some RandomNumberGenerator,
        _ actions: inout [PeerAction]
    ) {
        actions.append(.disconnect)
        closed("it does not keep to the link's protocol: \(reason)", now, &generator, &actions)
    }

    /// Waiting will not help: everybody is told at once.
    private mutating func refuse(_ reason: String, _ actions: inout [PeerAction]) {
        actions += [.cancelTimer(.greeting), .disconnect, .log(.refused(reason))]
        state = .idle
        for (id, entry) in calls.sorted(by: { $0.key < $1.key }) {
            let text = "\(peer): \(reason)"
            complete(id, entry.isSent ? .mayHaveRun(.connectionLost, text) : .notSent(.refused, text), &actions)
        }
        queue = []
    }

    private mutating func closed(
        _ reason: String, _ now: MonotonicInstant, _ generator: inout some RandomNumberGenerator,
        _ actions: inout [PeerAction]
    ) {
        guard state == .greeting || state == .open || state == .leaving else { return }
        actions.append(.cancelTimer(.greeting))
        let lost = calls.filter { $0.value.isSent }.map(\.key).sorted()
        if state != .leaving || !lost.isEmpty { actions.append(.log(.lost(reason, callsInFlight: lost.count))) }
        for id in lost {
            complete(id, .mayHaveRun(.connectionLost, "the connection to \(peer) ended: \(reason)"), &actions)
        }
        retry(reason, now, &generator, &actions)
    }

    /// Tries again, a little later each time, as long as a call waits for it.
    private mutating func retry(
        _ reason: String, _ now: MonotonicInstant, _ generator: inout some RandomNumberGenerator,
        _ actions: inout [PeerAction]
    ) {
        failures += 1
        lastFailure = reason
        let delay = backoff.delay(afterFailures: failures, using: &generator)
        state = .waiting
        actions.append(.setTimer(.retry, at: now + delay))
        if unsent > 0, failures > 1 { actions.append(.log(.retrying(in: delay, reason))) }
    }

    private mutating func end(_ actions: inout [PeerAction]) {
        guard state != .ended else { return }
        isShuttingDown = true
        for (id, entry) in calls.sorted(by: { $0.key < $1.key }) {
            let text = "this link was shut down before \(peer) answered"
            complete(id, entry.isSent ? .mayHaveRun(.shutDown, text) : .notSent(.shutDown, text), &actions)
        }
    }

    /// What follows from nobody waiting any more.
    private mutating func settle(_ actions: inout [PeerAction]) {
        if unsent == 0 { queue = [] }
        if state == .waiting, unsent == 0 {
            // Nobody needs a connection: nothing wakes up for it.
            state = .idle
            actions.append(.cancelTimer(.retry))
        }
        if isShuttingDown, calls.isEmpty, state != .ended {
            actions += [.cancelTimer(.greeting), .cancelTimer(.retry)]
            switch state {
            case .connecting, .greeting, .open, .leaving: actions.append(.disconnect)
            case .idle, .waiting, .ended: break
            }
            state = .ended
            actions.append(.ended)
        }
    }
}
