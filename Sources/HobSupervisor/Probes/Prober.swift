package import HobSystem

/// Finds out, on a thread of its own, when services begin to answer.
///
/// @unchecked Sendable: `loop` and `probes` are touched by the prober's thread alone once it runs.
package final class Prober: @unchecked Sendable {
    private let mailbox: Mailbox
    private let loop: EventLoop
    private let report: @Sendable (ProbeEvent) -> Void
    private var probes: [UInt64: Probe] = [:]
    private let ended = Monitor(false)

    /// Starts the thread.
    ///
    /// - Parameter report: Called on the prober's thread; it must be short.
    package init(report: @escaping @Sendable (ProbeEvent) -> Void) throws(SystemError) {
        self.report = report
        loop = try EventLoop()
        mailbox = loop.mailbox
        try Thread.start(name: "prober", stack: 256 * 1024) { [self] in run() }
    }

    /// Asks the target at once and then, at growing distances, until it answers well or the deadline has passed.
    ///
    /// A probe of the same id that is under way is cancelled.
    package func start(id: UInt64, target: ProbeTarget, deadline: MonotonicTime?) {
        mailbox.post { [self] in
            probes.removeValue(forKey: id)?.cancel()
            let pacing = ProbePacing.backoff(upTo: target.longestPause)
            let probe = Probe(id: id, target: target, pacing: pacing, userAgent: "hobd", on: loop) {
                [unowned self] event in heard(event)
            }
            probes[id] = probe
            probe.start(deadline: deadline)
        }
    }

    /// Ends a probe. An event of it that was reported in the same moment may still arrive.
    package func cancel(id: UInt64) {
        mailbox.post { [self] in probes.removeValue(forKey: id)?.cancel() }
    }

    /// Looks for the process that listens on a port; the answer comes on another thread, nil when there is none or
    /// it cannot be seen.
    package func findHolder(port: UInt16, completion: @escaping @Sendable (PortHolder?) -> Void) {
        // A thread of its own: a walk through all of /proc would hold up the probes.
        do throws(SystemError) {
            try Thread.start(name: "port-holder", stack: 256 * 1024) {
                completion((try? PortHolder.find(port: port)) ?? nil)
            }
        } catch {
            completion(nil)
        }
    }

    /// Ends all probes and the thread; returns then.
    package func stop() {
        mailbox.post { [self] in
            for probe in probes.values { probe.cancel() }
            probes.removeAll()
            loop.stop()
        }
        _ = ended.wait(until: MonotonicTime.now() + .seconds(1)) { $0 ? true : nil }
    }

    private func run() {
        // Its waits cannot fail but for a lack of memory; then the deadlines of those who wait decide.
        try? loop.run()
        ended.withLock { $0 = true }
        ended.broadcast()
    }

    private func heard(_ event: ProbeEvent) {
        switch event {
        case .succeeded(let id), .expired(let id, _): probes[id] = nil
        case .failedAttempt: break
        }
        report(event)
    }
}
