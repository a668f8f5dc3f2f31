/// A target that is asked until it answers well, or its deadline has passed; it lives on its event loop's thread.
package final class Probe {
    private let id: UInt64
    private let target: ProbeTarget
    private let userAgent: String
    private let loop: EventLoop
    /// Hears everything; after the last event the probe is over.
    private let report: (ProbeEvent) -> Void
    private var pacing: ProbePacing
    private var attempt: ProbeAttempt?
    private var begun = MonotonicTime(nanoseconds: 0)
    private var attemptBegun = MonotonicTime(nanoseconds: 0)
    private var attemptEnded = MonotonicTime(nanoseconds: 0)
    private var nextAttempt: (timer: TimerToken, due: MonotonicTime)?
    private var expiry: TimerToken?
    private var lastFailure: String?

    /// Makes a probe that has asked nothing yet.
    ///
    /// - Parameters:
    ///   - id: What its events are marked with.
    ///   - userAgent: The name that an HTTP server gets to see.
    ///   - report: Called on the loop's thread, from ``start(deadline:)`` and ``nudge()`` as well; after `succeeded` or
    ///     `expired` never again.
    package init(
        id: UInt64, target: ProbeTarget, pacing: ProbePacing, userAgent: String, on loop: EventLoop,
        report: @escaping (ProbeEvent) -> Void
    ) {
        self.id = id
        self.target = target
        self.pacing = pacing
        self.userAgent = userAgent
        self.loop = loop
        self.report = report
    }

    /// Tries at once, and again until the deadline.
    package func start(deadline: MonotonicTime?) {
        if let deadline {
            expiry = loop.schedule(at: deadline) { [weak self] in self?.expire() }
        }
        begun = MonotonicTime.now()
        begin()
    }

    /// Ends the pause before the next attempt, or shortens it to the least: something was heard of the target.
    ///
    /// Nothing happens while an attempt is under way, or once the probe is over.
    package func nudge() {
        guard let nextAttempt else { return }
        let earliest = attemptEnded + pacing.leastGap(lastAttempt: attemptEnded - attemptBegun)
        if earliest <= MonotonicTime.now() {
            loop.cancel(nextAttempt.timer)
            begin()
        } else if earliest < nextAttempt.due {
            loop.reschedule(nextAttempt.timer, at: earliest)
            self.nextAttempt?.due = earliest
        }
    }

    /// Forgets everything; nothing is reported any more.
    package func cancel() {
        attempt?.cancel()
        attempt = nil
        if let nextAttempt { loop.cancel(nextAttempt.timer) }
        nextAttempt = nil
        if let expiry { loop.cancel(expiry) }
        expiry = nil
    }

    private func begin() {
        nextAttempt = nil
        attemptBegun = MonotonicTime.now()
        let attempt = ProbeAttempt(target, userAgent: userAgent, on: loop) { [weak self] in self?.ended($0) }
        self.attempt = attempt
        attempt.start()
    }

    private func ended(_ outcome: ProbeAttempt.Outcome) {
        attempt = nil
        switch outcome {
        case .succeeded:
            cancel()
            report(.succeeded(id: id))
        case .failed(let reason):
            attemptEnded = MonotonicTime.now()
            let due =
                attemptEnded
                + pacing.nextPause(elapsed: attemptEnded - begun, lastAttempt: attemptEnded - attemptBegun)
            nextAttempt = (loop.schedule(at: due) { [weak self] in self?.begin() }, due)
            if reason != lastFailure {
                lastFailure = reason
                report(.failedAttempt(id: id, reason))
            }
        }
    }

    private func expire() {
        let reason = lastFailure ?? "no answer"
        cancel()
        report(.expired(id: id, reason))
    }
}
