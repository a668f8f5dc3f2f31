/// The life of a daemon in its own process, decided: events in, actions out, nothing done.
///
///     starting ──ready──→ running ⇄ reloading
///         └──────────┬──────┘
///             TERM, INT, end of run
///                    ▼
///     asked (politely) ──patience over──→ cancelled ──run has ended──→ hooks ──→ over
///                    └───────────run has ended────────────────────────┘
///
/// One deadline covers everything from the first signal on; at its end the process says who still runs, and ends.
struct DaemonStateMachine: Sendable {
    /// Where it stands.
    enum Phase: Sendable, Hashable {
        case starting, running, reloading, asked, cancelled, hooks, over
    }

    /// The status of a daemon whose `run` has thrown.
    static let failed: Int32 = 1
    /// The status of a daemon that did not end in time.
    static let timedOut: Int32 = 2

    private(set) var phase = Phase.starting
    private var status: Int32 = 0
    private var isReadyTold = false
    /// A reload that was asked for while one was under way.
    private var isReloadAsked = false
    /// How many reloads have begun; the number of the last one.
    private var reloads = 0
    /// The one that nobody has heard of yet: each ends once, by itself or by its deadline.
    private var openReload: Int?

    /// Takes an event and answers what is to be done, in this order.
    mutating func handle(_ event: DaemonEvent) -> [DaemonAction] {
        switch event {
        case .begun: return []
        case .ready: return ready()
        case .stopSignal(let number): return stop(number)
        case .reloadSignal: return reload()
        case .reloaded(let number, let failure): return reloaded(number, failure)
        case .toggleLevelSignal: return phase == .over ? [] : [.toggleLevel]
        case .debugSignal: return phase == .over ? [] : [.logDebug]
        case .ended(let failure): return ended(failure)
        case .patienceOver:
            guard phase == .asked else { return [] }
            phase = .cancelled
            return [.nameWhoRuns, .cancel]
        case .deadlineOver:
            switch phase {
            case .asked, .cancelled, .hooks:
                let wasInHooks = phase == .hooks
                phase = .over
                // A daemon that has ended well is not spoilt by a hook that has not.
                return [.nameWhoRuns, .exit(wasInHooks && status == 0 ? Self.timedOut : max(status, Self.timedOut))]
            case .starting, .running, .reloading, .over: return []
            }
        case .hooksEnded:
            guard phase == .hooks else { return [] }
            phase = .over
            return [.exit(status)]
        }
    }

    private mutating func ready() -> [DaemonAction] {
        guard !isReadyTold else { return [] }
        switch phase {
        case .starting: phase = .running
        case .running, .reloading: break
        case .asked, .cancelled, .hooks, .over: return []
        }
        isReadyTold = true
        return [.tell(.ready)]
    }

    private mutating func stop(_ number: Int32) -> [DaemonAction] {
        switch phase {
        case .starting, .running, .reloading:
            phase = .asked
            return [.tell(.stopping), .startDeadline, .startPatience, .shutDownGracefully]
        // Whoever asks twice does not want to wait.
        case .asked:
            phase = .cancelled
            return [.nameWhoRuns, .cancel]
        case .cancelled, .hooks:
            phase = .over
            return [.nameWhoRuns, .exit(128 + number)]
        case .over: return []
        }
    }

    private mutating func reload() -> [DaemonAction] {
        switch phase {
        case .starting, .running:
            phase = .reloading
            return [.tell(.reloading), beginReload()]
        case .reloading:
            isReloadAsked = true
            return []
        case .asked, .cancelled, .hooks, .over: return []
        }
    }

    private mutating func beginReload() -> DaemonAction {
        reloads += 1
        openReload = reloads
        return .reload(reloads)
    }

    private mutating func reloaded(_ number: Int, _ failure: String?) -> [DaemonAction] {
        guard phase != .over, openReload == number else { return [] }
        openReload = nil
        let complaint: [DaemonAction] = failure.map { [.complain("the reload failed: \($0)")] } ?? []
        guard phase == .reloading else { return complaint }
        if isReloadAsked {
            isReloadAsked = false
            return complaint + [beginReload()]
        }
        phase = isReadyTold ? .running : .starting
        return complaint + (isReadyTold ? [.tell(.ready)] : [])
    }

    private mutating func ended(_ failure: String?) -> [DaemonAction] {
        switch phase {
        case .starting, .running, .reloading:
            if let failure {
                status = Self.failed
                phase = .hooks
                return [.complain(failure), .tell(.stopping), .startDeadline, .runHooks]
            }
            phase = .hooks
            return [.tell(.stopping), .startDeadline, .runHooks]
        case .asked, .cancelled:
            // Asked to end, a daemon ends as it likes: by returning, or by the error of what was interrupted.
            phase = .hooks
            return [.runHooks]
        case .hooks, .over: return []
        }
    }
}
