import HobPolicy

/// The life of a child process and of everything it has started, decided: events in, actions out, nothing done.
///
///     running ──main process ended──→ sweeping ──nobody is left──→ over
///        │                               │ somebody is left
///        └─timeout, cancellation─→ ladder(0) ─patience over→ ladder(1) … ─→ killing ──nobody left──→ over
///                                                                             └─ 50 rounds in vain ─→ over
///
/// It is over only when the main process has ended and a look at the tree has found nobody.
struct ChildStateMachine: Sendable {
    enum Event: Hashable, Sendable {
        /// The main process has ended.
        case ended
        /// A look at the tree has found somebody alive, or nobody.
        case tree(isEmpty: Bool)
        /// The child's time is over.
        case timeout
        /// Nobody waits for its result any more.
        case cancelled
        /// Its owner wants it to end.
        case asked
        /// The patience that belongs to a step of the ladder is over.
        case patienceOver(step: Int)
    }

    enum Action: Hashable, Sendable {
        /// Send the signal to every process of the tree.
        case signal(Int32)
        /// Report `patienceOver` with this number after so long.
        case startPatience(step: Int, Duration)
        /// Look at the tree now, and report what was found.
        case look
        /// Report the tree as empty as soon as it is.
        case follow
        /// Hand over the result.
        case finish
    }

    private enum Phase: Hashable, Sendable {
        case running, sweeping, ladder(Int), killing(Int), over
    }

    private static let kill: Int32 = 9
    private static let mostKills = 50
    private static let killInterval: Duration = .milliseconds(100)

    private let stop: StopSequence
    private var phase = Phase.running
    private var hasEnded = false
    private(set) var timedOut = false
    private(set) var isCancelled = false

    init(stop: StopSequence) {
        self.stop = stop
    }

    mutating func handle(_ event: Event) -> [Action] {
        switch event {
        case .ended:
            hasEnded = true
            switch phase {
            case .running:
                phase = .sweeping
                return [.look]
            case .ladder, .killing: return [.follow]
            case .sweeping, .over: return []
            }
        case .tree(let isEmpty):
            guard hasEnded else { return [] }
            if isEmpty { return finish() }
            switch phase {
            case .sweeping: return climb(to: 0)
            case .running, .ladder, .killing, .over: return []
            }
        case .timeout:
            switch phase {
            case .running:
                timedOut = true
                return climb(to: 0)
            case .sweeping, .ladder, .killing, .over: return []
            }
        case .cancelled:
            guard phase != .over else { return [] }
            isCancelled = true
            return phase == .running ? climb(to: 0) : []
        case .asked: return phase == .running ? climb(to: 0) : []
        case .patienceOver(let step): return patienceOver(step)
        }
    }

    private mutating func patienceOver(_ step: Int) -> [Action] {
        switch phase {
        case .ladder(let current): return step == current ? climb(to: current + 1) : []
        case .killing(let rounds):
            guard step == stop.steps.count + rounds else { return [] }
            // What the kernel holds is not ours to wait for.
            guard rounds < Self.mostKills else { return hasEnded ? finish() : kill(round: rounds + 1) }
            return kill(round: rounds + 1)
        case .running, .sweeping, .over: return []
        }
    }

    private mutating func climb(to step: Int) -> [Action] {
        guard step < stop.steps.count else { return kill(round: 0) }
        phase = .ladder(step)
        let rung = stop.steps[step]
        return [.signal(rung.signal), .startPatience(step: step, rung.patience)] + (hasEnded ? [.follow] : [])
    }

    private mutating func kill(round: Int) -> [Action] {
        phase = .killing(round)
        return [.signal(Self.kill), .startPatience(step: stop.steps.count + round, Self.killInterval)]
            + (hasEnded ? [.follow] : [])
    }

    private mutating func finish() -> [Action] {
        guard phase != .over else { return [] }
        phase = .over
        return [.finish]
    }
}
