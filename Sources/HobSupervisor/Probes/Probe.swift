import HobSystem

/// A target that is asked until it answers well, or its deadline has passed; it lives on the prober's thread.
final class Probe {
    private static let firstPause: Duration = .milliseconds(1)

    private let id: UInt64
    private let target: ProbeTarget
    private let loop: EventLoop
    /// Hears everything; after the last event the probe is over.
    private let report: (ProbeEvent) -> Void
    private var attempt: ProbeAttempt?
    private var pause = Probe.firstPause
    private var nextAttempt: TimerToken?
    private var expiry: TimerToken?
    private var lastFailure: String?

    init(id: UInt64, target: ProbeTarget, on loop: EventLoop, report: @escaping (ProbeEvent) -> Void) {
        self.id = id
        self.target = target
        self.loop = loop
        self.report = report
    }

    /// Tries at once.
    func start(deadline: MonotonicTime?) {
        if let deadline {
            expiry = loop.schedule(at: deadline) { [weak self] in self?.expire() }
        }
        begin()
    }

    /// Forgets everything.
    func cancel() {
        attempt?.cancel()
        attempt = nil
        if let nextAttempt { loop.cancel(nextAttempt) }
        if let expiry { loop.cancel(expiry) }
    }

    private func begin() {
        let attempt = ProbeAttempt(target, on: loop) { [weak self] outcome in self?.attemptEnded(outcome) }
        self.attempt = attempt
        attempt.start()
    }

    private func attemptEnded(_ outcome: ProbeAttempt.Outcome) {
        attempt = nil
        switch outcome {
        case .succeeded:
            cancel()
            report(.succeeded(id: id))
        case .failed(let reason):
            // Polling, since the kernel announces no listener: from 1 ms, so that a fast start is seen fast.
            nextAttempt = loop.schedule(after: pause) { [weak self] in self?.begin() }
            pause = min(pause * 3 / 2, target.longestPause)
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
