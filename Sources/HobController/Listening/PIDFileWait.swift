import HobSystem

/// Waits until the pid file names a living process of the daemon.
final class PIDFileWait {
    /// A look beside the events: for file systems that announce nothing, and pid files made in a new directory.
    private static let longestPause: Duration = .milliseconds(100)
    /// So long a file must name a dead process before that is the daemon's end: it may be half written.
    private static let doubt: Duration = .milliseconds(20)

    private let finder: DaemonFinder
    private let path: String
    private let surroundings: ControllerLoop
    private var loop: EventLoop { surroundings.loop }
    private let found: (ProcessIdentity) -> Void
    private let died: () -> Void
    /// A dead process that the file names, and when that was seen first.
    private var dead: (pid: Int32, since: MonotonicTime)?
    private var subscription: FileChanges.Subscription?
    private var timer: TimerToken?
    private var pause: Duration = .milliseconds(2)

    init(
        _ finder: DaemonFinder, path: String, on surroundings: ControllerLoop,
        found: @escaping (ProcessIdentity) -> Void,
        died: @escaping () -> Void
    ) {
        self.finder = finder
        self.path = path
        self.surroundings = surroundings
        self.found = found
        self.died = died
    }

    /// Looks now and at every change, until it has found one or is cancelled; the answer comes later.
    func begin() {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let directory = String(path.dropLast(name.utf8.count))
        subscription = surroundings.changes.subscribe(
            directory.isEmpty ? "." : directory, events: [.created, .movedTo, .modified, .closedAfterWriting]
        ) { [weak self] events in
            if events.contains(where: { $0.name == name || $0.kind.contains(.overflow) }) { self?.look() }
        }
        if subscription != nil { pause = Self.longestPause }
        timer = loop.schedule(after: .zero) { [weak self] in self?.lookAgain() }
    }

    /// Whether it has found nobody so far.
    var isWaiting: Bool { timer != nil }

    /// Stops waiting.
    func cancel() {
        if let subscription { surroundings.changes.cancel(subscription) }
        subscription = nil
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    private func lookAgain() {
        timer = loop.schedule(after: pause) { [weak self] in self?.lookAgain() }
        pause = min(pause * 3 / 2, Self.longestPause)
        look()
    }

    private func look() {
        switch try? finder.named() {
        case .daemon(let identity):
            cancel()
            found(identity)
        case .nobody(let pid):
            let now = MonotonicTime.now()
            guard let dead, dead.pid == pid else {
                dead = (pid, now)
                if let timer { loop.reschedule(timer, at: now + Self.doubt) }
                return
            }
            // Said again at every look, as long as somebody waits.
            if now - dead.since >= Self.doubt { died() }
        // Damaged, half written or not readable yet: the next look decides.
        case .unknown, nil: dead = nil
        }
    }
}
