import HobControllerCore
import HobSystem

/// One look and one ping: whether the daemon can be used now. It takes no lock and starts nothing but a ping command.
final class ReadyCheck {
    /// Longer than this nobody waits for one ping.
    private static let patience: Duration = .seconds(5)

    private let facts: DaemonFacts
    private let loop: EventLoop
    private var answer: ((Int32?) -> Void)?
    private var ping: PingLoop?
    private var timer: TimerToken?

    init(_ facts: DaemonFacts, on loop: EventLoop, answer: @escaping (Int32?) -> Void) {
        self.facts = facts
        self.loop = loop
        self.answer = answer
    }

    /// Begins; the answer, its pid or nil, may come at once.
    func begin() {
        guard let found = try? DaemonFinder(facts).look(), case .running(let pid) = found.presence, !found.isStarting
        else { return finish(nil) }
        guard let configured = facts.configuration.ping else { return finish(pid) }
        let requests = RequestBuilder(facts)
        let ping = PingLoop(
            configured, longestPause: facts.configuration.pingInterval, on: loop,
            request: { requests.helper($0) }, answered: { [self] in finish(pid) }, failed: { [self] _ in finish(nil) })
        self.ping = ping
        timer = loop.schedule(after: Self.patience) { [weak self] in self?.finish(nil) }
        ping.begin()
    }

    /// Gives up: the answer is nil.
    func cancel() { finish(nil) }

    private func finish(_ pid: Int32?) {
        guard let answer else { return }
        self.answer = nil
        ping?.cancel()
        ping = nil
        if let timer { loop.cancel(timer) }
        answer(pid)
    }
}
