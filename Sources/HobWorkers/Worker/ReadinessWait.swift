import HobSystem

/// One wait for a socket; it belongs to the work loop's thread.
final class ReadinessWait {
    enum Outcome: Sendable {
        case ready, timedOut, cancelled
    }

    private var loop: EventLoop?
    private var watch: Watch?
    private var timer: TimerToken?
    private var answer: ((Outcome) -> Void)?
    private var early: Outcome?

    func begin(
        _ socket: Descriptor, _ events: IOEvents, until deadline: MonotonicTime, on loop: EventLoop,
        _ answer: @escaping (Outcome) -> Void
    ) {
        if let early { return answer(early) }
        self.loop = loop
        self.answer = answer
        timer = loop.schedule(at: deadline) { [self] in end(.timedOut) }
        // A socket that cannot be watched is closed: reading it says so.
        do throws(SystemError) {
            watch = try loop.watch(socket.raw, events: events) { [self] _ in end(.ready) }
        } catch { end(.ready) }
    }

    func end(_ outcome: Outcome) {
        guard let loop else { return early = outcome }
        guard let answer else { return }
        self.answer = nil
        if let watch { loop.cancel(watch) }
        if let timer { loop.cancel(timer) }
        answer(outcome)
    }
}
