package import HobPolicy
package import HobProtocol

/// The life of one instance: wanted state × phase, events in, actions out, no clock, no randomness of its own.
///
///                 wantedUp              released
///     stopped ───────────────▶ waiting ─────────▶ preparing ──▶ spawning ──▶ starting ──▶ settling ──▶ up
///        ▲                       ▲   ▲            (hook)           │            │          (hook)      │
///        │ wantedDown            │   │ until                       │            ╰──────────┬───────────┤
///        │                       │   ╰──── backingOff ◀──╮         │ failed                │   objecting (hook)
///        │                       │ retryAt               │         ▼                       ▼           │
///        ╰──────── done          ╰──────── failed ◀──── verdict ◀── cleaning ◀─────────── ending ◀─────╯
///                   ▲                                     │         (hook)         command → steps → kill
///                   ╰─────────────────────────────────────╯
///
/// `ending` lasts until no process of the instance is left, so nothing ever starts beside a left-over. Whatever
/// waits has a `deadline`, an absolute instant, so that it can be written down and taken up by a next life.
package struct InstanceMachine: Hashable, Sendable {
    /// What the operator wants.
    package internal(set) var wanted: WantedState = .down
    /// Where the instance is.
    package internal(set) var phase: InstancePhase = .stopped
    /// What its process was started from; a new definition waits in `upcoming` while a process lives.
    package internal(set) var definition: DefinitionBox
    /// What the next process is started from.
    package internal(set) var upcoming: DefinitionBox?
    /// Whether a living process must be replaced for `upcoming`; without, it is taken as soon as the instance is up.
    package internal(set) var upcomingNeedsRestart = false
    /// How many starts were begun; each attempt has its own number.
    package internal(set) var generation: UInt64 = 0
    /// Unasked ends in a row without a healthy stretch between.
    package internal(set) var failures = 0
    /// Unasked ends lately, for the limit.
    package internal(set) var recentFailures = SlidingWindow()
    /// How often in a row it was given up.
    package internal(set) var retries = 0
    /// Unasked ends ever.
    package internal(set) var restarts: UInt64 = 0

    /// Since when it has been continuously usable; decides at an unasked end whether it was healthy.
    var upSince: MonotonicInstant?

    /// SIGKILL is repeated at this interval until the tree is gone, at first.
    static let killInterval = Duration.seconds(2)
    /// The interval doubles up to this.
    static let longestKillInterval = Duration.seconds(60)

    /// Makes a machine for an instance that does not run.
    package init(definition: DefinitionBox) {
        self.definition = definition
    }

    var spec: ServiceDefinition { definition.value }

    /// The next instant at which something happens by itself; nil when only an event can move it.
    package var deadline: MonotonicInstant? {
        switch phase {
        case .stopped, .waiting, .done: nil
        case .preparing(let by), .spawning(let by, _), .starting(_, let by), .settling(_, let by): by
        case .up(_, let service): Self.earlier(service.watchdogAt, service.reloadBy)
        case .objecting(_, let service, let by, _):
            Self.earlier(Self.earlier(service.watchdogAt, service.reloadBy), by)
        case .ending(let ending): ending.by
        case .cleaning(_, let by): by
        case .backingOff(let until, _): until
        case .failed(_, let retryAt): retryAt
        }
    }

    /// The one word for what it is doing.
    package var state: ActualState {
        switch phase {
        case .stopped: .stopped
        case .waiting: .waiting
        case .spawning(_, abort: true): .stopping
        case .preparing, .spawning, .starting, .settling: .starting
        case .up, .objecting: spec.readiness.isDeclared && spec.kind == .service ? .ready : .running
        case .ending(let ending), .cleaning(let ending, _):
            if ending.isRefused {
                .failed
            } else {
                switch ending.purpose {
                case .asked: .stopping
                case .leftovers: wanted == .up ? .starting : .stopping
                case .failedStart: .stopping
                // A crash on its way to the next start is not being stopped by anybody.
                case .exited(let outcome): wanted == .up && startsAgain(after: outcome) ? .backingOff : .stopping
                case .neverStarted: wanted == .up ? .backingOff : .stopping
                }
            }
        case .backingOff: .backingOff
        case .failed: .failed
        case .done: .done
        }
    }

    private func startsAgain(after outcome: ExitOutcome) -> Bool {
        spec.restart.restarts(after: outcome) && !(spec.kind == .task && spec.restart.isNormal(outcome))
    }

    /// The main process, while there is one.
    package var life: InstancePhase.Life? {
        switch phase {
        case .starting(let life, _), .settling(let life, _), .up(let life, _), .objecting(let life, _, _, _): life
        case .ending(let ending): ending.life
        case .stopped, .waiting, .preparing, .spawning, .cleaning, .backingOff, .failed, .done: nil
        }
    }

    /// Whether others may rely on it: it is up, or it is a task that succeeded.
    package var satisfiesDependents: Bool {
        switch phase {
        case .up, .objecting: spec.kind == .service
        case .done(let outcome): spec.kind == .service || spec.restart.isNormal(outcome)
        case .stopped, .waiting, .preparing, .spawning, .starting, .settling, .ending, .cleaning, .backingOff, .failed:
            false
        }
    }

    /// Whether it was given up, for now or for good.
    var hasFailed: Bool {
        if case .failed = phase { true } else { false }
    }

    /// Whether no process of it exists and none is being made.
    package var isGone: Bool {
        switch phase {
        case .stopped, .waiting, .backingOff, .failed, .done: true
        case .preparing, .spawning, .starting, .settling, .up, .objecting, .ending, .cleaning: false
        }
    }

    /// Whether it lives, or is just being made, and is on its way to be gone; what it relies on must outlive it.
    package var isLeaving: Bool {
        switch phase {
        case .objecting, .ending, .cleaning, .spawning(_, abort: true): true
        case .stopped, .waiting, .preparing, .spawning, .starting, .settling, .up, .backingOff, .failed, .done: false
        }
    }

    /// Whether it is being started and not up yet.
    var isComingUp: Bool {
        switch phase {
        case .preparing, .spawning, .starting: true
        case .stopped, .waiting, .settling, .up, .objecting, .ending, .cleaning, .backingOff, .failed, .done: false
        }
    }

    /// Takes a definition: at once when nothing runs, or when it is up and the difference needs no new process; else
    /// for the next start. What begins or ends goes on under the definition that it began with: its steps, hooks and
    /// evidence of readiness belong together.
    package mutating func adopt(_ box: DefinitionBox, needsRestart: Bool) {
        upcoming = box
        upcomingNeedsRestart = upcomingNeedsRestart || needsRestart
        if isGone {
            takeUpcoming()
        } else if case .up = phase, !upcomingNeedsRestart {
            takeUpcoming()
        }
    }

    mutating func takeUpcoming() {
        if let upcoming { definition = upcoming }
        upcoming = nil
        upcomingNeedsRestart = false
    }

    /// Handles one event.
    ///
    /// - Parameters:
    ///   - event: what happened.
    ///   - now: when.
    ///   - generator: the source of jitter.
    ///   - actions: what the shell shall do is appended here, in order.
    package mutating func handle(
        _ event: InstanceEvent, at now: MonotonicInstant, using generator: inout SplitMix64,
        into actions: inout [InstanceAction]
    ) {
        guard !Self.isImpossible(event, in: phase) else {
            // The state stays, and a debug build stops.
            assertionFailure("event \(event) in phase \(phase)")
            return
        }
        switch event {
        case .wantedUp: wantUp(at: now, into: &actions)
        case .wantedDown(let force): wantDown(force: force, at: now, into: &actions)
        case .restartRequested(let force): restart(force: force, at: now, into: &actions)
        case .reloadRequested: reload(at: now, into: &actions)
        case .released: release(at: now, into: &actions)
        case .dependencyCameUp: dependencyCameUp()
        case .hookEnded(let kind, let result): hookEnded(kind, result, at: now, using: &generator, into: &actions)
        case .leftoversFound: leftoversFound(at: now, into: &actions)
        case .spawned(let pid): spawned(pid: pid, at: now, into: &actions)
        case .spawnFailed(let reason, let isTransient):
            spawnFailed(reason, isTransient: isTransient, at: now, using: &generator, into: &actions)
        case .becameReady: becameReady(at: now, into: &actions)
        case .processEnded(let outcome): processEnded(outcome, at: now, into: &actions)
        case .treeEmptied: treeEmptied(at: now, using: &generator, into: &actions)
        case .signalRefused(let reason): signalRefused(reason, into: &actions)
        case .mainProcessChanged(let pid): mainProcessChanged(pid: pid)
        case .watchdogFed: watchdogFed(at: now)
        case .timeoutExtended(let extra): timeoutExtended(extra, at: now)
        case .deadlinePassed: deadlinePassed(at: now, using: &generator, into: &actions)
        }
    }

    /// These pairs cannot come from a shell that does what it is told: it gives one answer to each `spawn`, and tells
    /// the end of each process once.
    package static func isImpossible(_ event: InstanceEvent, in phase: InstancePhase) -> Bool {
        switch event {
        case .spawned, .spawnFailed, .leftoversFound:
            if case .spawning = phase { false } else { true }
        case .processEnded:
            switch phase {
            case .starting, .settling, .up, .objecting: false
            case .ending(let ending): ending.life == nil
            case .stopped, .waiting, .preparing, .spawning, .cleaning, .backingOff, .failed, .done: true
            }
        case .wantedUp, .wantedDown, .restartRequested, .reloadRequested, .released, .dependencyCameUp, .hookEnded,
            .becameReady, .treeEmptied, .signalRefused, .mainProcessChanged, .watchdogFed, .timeoutExtended,
            .deadlinePassed:
            false
        }
    }

    static func earlier(_ first: MonotonicInstant?, _ second: MonotonicInstant?) -> MonotonicInstant? {
        guard let first else { return second }
        guard let second else { return first }
        return min(first, second)
    }
}

/// A definition that many instances share.
package final class DefinitionBox: Hashable, Sendable {
    /// The definition.
    package let value: ServiceDefinition
    /// The number by which the journal knows it; each definition that was ever applied has its own.
    package let number: UInt64

    /// Makes a box.
    package init(_ value: ServiceDefinition, number: UInt64 = 0) {
        self.value = value
        self.number = number
    }

    /// Equal definitions are equal boxes.
    package static func == (left: DefinitionBox, right: DefinitionBox) -> Bool {
        left === right || left.value == right.value
    }

    /// Hashes the name, which is enough to tell services apart.
    package func hash(into hasher: inout Hasher) {
        hasher.combine(value.name)
    }
}
