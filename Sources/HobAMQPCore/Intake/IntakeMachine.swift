package import HobPolicy

/// Which messages a consumer takes and how many it handles at once, decided: events in, actions out, nothing done.
///
///     none → subscribing ──→ taking ──pause, another concurrency, stop──→ leaving → none
///              ↑    └─refused──┐ └─ends by itself─┐
///              └──timer── waiting ←───────────────┘
///
/// The broker's prefetch belongs to a subscription, so another concurrency is another subscription. The handlers of the
/// one before still run then: a message is fetched only for a free place, and the bound holds throughout. Neither pause
/// nor concurrency ends with a run; the next one begins with them.
package struct IntakeMachine: Sendable {
    enum Subscription: Hashable, Sendable {
        case none
        case subscribing(prefetch: Int)
        case taking(prefetch: Int)
        case leaving
        case waiting
    }

    enum Stage: Hashable, Sendable {
        case idle
        case running
        case draining
        case cancelling
        case over
    }

    /// Who fetches messages: waits for leave, has it, or is not to be heard of.
    enum Puller: Hashable, Sendable {
        case away
        case held
        case pulling
    }

    private let backoff: Backoff
    private var generator: SplitMix64
    var stage = Stage.idle
    var subscription = Subscription.none
    private var puller = Puller.away
    private var limits = IntakeLimits(concurrency: 1, drain: .zero, grace: .zero)
    private var wishedConcurrency: Int?
    private var failures = 0
    private var subscribedAt = MonotonicInstant.zero

    /// Whether no messages are wanted for now.
    package private(set) var isPaused = false
    /// How many handlers are at work.
    package private(set) var active = 0

    /// An intake that has not begun.
    ///
    /// - Parameters:
    ///   - backoff: how long to wait before asking the broker again.
    ///   - seed: of the jitter.
    package init(
        backoff: Backoff = Backoff(initial: .milliseconds(500), maximum: .seconds(30)), seed: UInt64
    ) {
        self.backoff = backoff
        generator = SplitMix64(seed: seed)
    }

    /// How many messages are handled at once, now or in the next run; nil before anybody has said so.
    package var concurrency: Int? { wishedConcurrency ?? (stage == .idle ? nil : limits.concurrency) }

    /// Whether a run is under way.
    package var isRunning: Bool {
        switch stage {
        case .running, .draining, .cancelling: true
        case .idle, .over: false
        }
    }

    /// Where it stands.
    package var phase: IntakePhase {
        switch stage {
        case .idle: .idle
        case .running where isPaused: active == 0 && subscription == .none ? .paused : .pausing
        case .running:
            switch subscription {
            case .taking, .leaving: .taking
            case .none, .subscribing, .waiting: .subscribing
            }
        case .draining, .cancelling: .draining
        case .over: .over
        }
    }

    private var bound: Int { max(1, wishedConcurrency ?? limits.concurrency) }
    private var wantsMessages: Bool { stage == .running && !isPaused }

    // MARK: Events

    /// Takes an event and answers what is to be done, in this order.
    package mutating func handle(_ event: IntakeEvent, at now: MonotonicInstant) -> [IntakeAction] {
        switch event {
        case .begin(let limits): begin(limits)
        case .pause: pause()
        case .resume: resume()
        case .setConcurrency(let count): setConcurrency(count)
        case .subscribed: subscribed(at: now)
        case .refused(let isFinal): refused(isFinal: isFinal)
        case .asked: asked()
        case .delivered: delivered()
        case .ended: ended(at: now)
        case .handled: handled()
        case .stop: stop()
        case .cancel: cancel()
        case .expired(let timer): expired(timer)
        }
    }

    private mutating func begin(_ limits: IntakeLimits) -> [IntakeAction] {
        guard !isRunning else { return [] }
        self.limits = limits
        stage = .running
        subscription = .none
        puller = .away
        failures = 0
        active = 0
        return adjust()
    }

    private mutating func pause() -> [IntakeAction] {
        isPaused = true
        return adjust()
    }

    private mutating func resume() -> [IntakeAction] {
        isPaused = false
        return adjust()
    }

    private mutating func setConcurrency(_ count: Int) -> [IntakeAction] {
        wishedConcurrency = max(1, count)
        return adjust()
    }

    /// Brings the subscription nearer to what is wanted; nothing while the broker has still to answer.
    private mutating func adjust() -> [IntakeAction] {
        switch subscription {
        case .none where wantsMessages:
            subscription = .subscribing(prefetch: bound)
            return [.subscribe(prefetch: bound)]
        case .taking(let prefetch) where !wantsMessages || prefetch != bound: return leave()
        // Nobody waits for what is not wanted: a later wish asks at once.
        case .waiting where !wantsMessages:
            subscription = .none
            return []
        case .none, .subscribing, .taking, .leaving, .waiting: return []
        }
    }

    private mutating func leave() -> [IntakeAction] {
        subscription = .leaving
        // Who waits for leave has to see the end.
        guard puller == .held else { return [.unsubscribe] }
        puller = .pulling
        return [.unsubscribe, .pull]
    }

    private mutating func subscribed(at now: MonotonicInstant) -> [IntakeAction] {
        guard case .subscribing(let prefetch) = subscription else { return isRunning ? [] : [.unsubscribe] }
        subscribedAt = now
        guard wantsMessages, prefetch == bound else { return leave() }
        subscription = .taking(prefetch: prefetch)
        return []
    }

    private mutating func refused(isFinal: Bool) -> [IntakeAction] {
        guard case .subscribing = subscription else { return [] }
        subscription = .none
        if isFinal, stage == .running { return stop() }
        guard wantsMessages else { return finishIfDone() }
        return waitBeforeRetry()
    }

    private mutating func waitBeforeRetry() -> [IntakeAction] {
        failures += 1
        subscription = .waiting
        return [.set(.retry, backoff.delay(afterFailures: failures, using: &generator))]
    }

    private mutating func asked() -> [IntakeAction] {
        if case .taking = subscription, active >= bound {
            puller = .held
            return []
        }
        puller = .pulling
        return [.pull]
    }

    private mutating func delivered() -> [IntakeAction] {
        puller = .away
        guard case .taking = subscription, active < bound else { return [.giveBack] }
        active += 1
        return [.handle]
    }

    private mutating func ended(at now: MonotonicInstant) -> [IntakeAction] {
        puller = .away
        switch subscription {
        case .leaving:
            subscription = .none
            return finishIfDone() + adjust()
        case .taking:
            if now - subscribedAt >= backoff.resetAfter { failures = 0 }
            return waitBeforeRetry()
        case .none, .subscribing, .waiting: return []
        }
    }

    private mutating func handled() -> [IntakeAction] {
        active = max(0, active - 1)
        guard stage == .running else { return finishIfDone() }
        guard case .taking = subscription, puller == .held, active < bound else { return [] }
        puller = .pulling
        return [.pull]
    }

    // MARK: The end

    private mutating func stop() -> [IntakeAction] {
        guard stage == .running else { return [] }
        stage = .draining
        let actions = adjust()
        let end = finishIfDone()
        return end.isEmpty ? actions + [.set(.drain, limits.drain)] : actions + end
    }

    private mutating func cancel() -> [IntakeAction] {
        guard stage == .running || stage == .draining else { return [] }
        stage = .cancelling
        return adjust() + cancelHandlers()
    }

    private mutating func cancelHandlers() -> [IntakeAction] {
        stage = .cancelling
        let end = finishIfDone()
        return end.isEmpty ? [.cancelHandlers, .set(.grace, limits.grace)] : end
    }

    private mutating func expired(_ timer: IntakeTimer) -> [IntakeAction] {
        switch (timer, stage) {
        case (.retry, .running):
            guard subscription == .waiting else { return [] }
            subscription = .none
            return adjust()
        case (.drain, .draining): return cancelHandlers()
        case (.grace, .cancelling): return finish()
        case (.retry, _), (.drain, _), (.grace, _): return []
        }
    }

    /// A stop waits for handlers, and in its patient part for what is to go back to the queue.
    private mutating func finishIfDone() -> [IntakeAction] {
        guard active == 0 else { return [] }
        switch stage {
        case .draining: return subscription == .leaving ? [] : finish()
        case .cancelling: return finish()
        case .idle, .running, .over: return []
        }
    }

    private mutating func finish() -> [IntakeAction] {
        stage = .over
        subscription = .none
        return [.finish(abandoned: active)]
    }
}

/// Where an intake stands.
package enum IntakePhase: Hashable, Sendable {
    /// Nothing has run.
    case idle
    /// The broker is being asked for messages.
    case subscribing
    /// Messages come.
    case taking
    /// No more are wanted; some are still being handled or given back.
    case pausing
    /// No more are wanted, and nothing is under way.
    case paused
    /// It stops when the handlers are done.
    case draining
    /// The run has ended.
    case over
}
