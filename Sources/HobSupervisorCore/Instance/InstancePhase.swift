package import HobPolicy

/// Where an instance is between being wanted and being gone; the data of each phase exists only in it.
package enum InstancePhase: Hashable, Sendable {
    /// No process, and none is coming.
    case stopped
    /// Wanted; the supervision has not released it yet.
    case waiting
    /// `before_start` runs.
    case preparing(by: MonotonicInstant)
    /// The process is being made; `abort` ends it as soon as it exists.
    case spawning(by: MonotonicInstant, abort: Bool)
    /// The process lives, readiness is awaited.
    case starting(Life, by: MonotonicInstant)
    /// Ready; `after_start` runs.
    case settling(Life, by: MonotonicInstant)
    /// It may be used.
    case up(Life, Service)
    /// `before_stop` runs; it may still be used.
    case objecting(Life, Service, by: MonotonicInstant, isRestart: Bool)
    /// The process or what it left is being ended.
    case ending(Ending)
    /// Everything is gone; `after_stop` runs.
    case cleaning(Ending, by: MonotonicInstant)
    /// The next start comes after a delay.
    case backingOff(until: MonotonicInstant, reason: String)
    /// Given up, for now (`retryAt`) or until somebody asks.
    case failed(String, retryAt: MonotonicInstant?)
    /// It ended normally, and is not started again by itself.
    case done(ExitOutcome)

    /// A process and its beginning.
    package struct Life: Hashable, Sendable {
        /// The main process.
        package var pid: Int32
        /// When it was started.
        package var since: MonotonicInstant
    }

    /// What is kept while the instance is up.
    package struct Service: Hashable, Sendable {
        /// Since when it may be used.
        package var since: MonotonicInstant
        /// When the watchdog bites.
        package var watchdogAt: MonotonicInstant?
        /// When a running reload command is given up.
        package var reloadBy: MonotonicInstant?
    }

    /// How a process, and what it left, is being ended.
    package struct Ending: Hashable, Sendable {
        /// What comes after.
        package enum Purpose: Hashable, Sendable {
            /// Somebody asked; what follows is what is wanted by then.
            case asked
            /// It ended by itself.
            case exited(ExitOutcome)
            /// It was not ready in time, or failed its watchdog.
            case failedStart(String)
            /// The start came to nothing before there was a process; only what `before_start` left can be there.
            case neverStarted(String, isTransient: Bool)
            /// The way is being cleared for a start.
            case leftovers
        }

        /// How far the ending has got.
        package enum Rung: Hashable, Sendable {
            /// The stop command runs, or has ended well and the process is expected to go.
            case command(isRunning: Bool)
            /// The signal of this step was sent.
            case step(Int)
            /// SIGKILL goes to the whole tree, again and again.
            case kill
        }

        /// What comes after.
        package var purpose: Purpose
        /// The main process, while it lives.
        package var life: Life?
        /// How far it has got.
        package var rung: Rung
        /// When the next rung is taken.
        package var by: MonotonicInstant
        /// How the main process ended.
        package var outcome: ExitOutcome?
        /// What went wrong on the way, for those who wait.
        package var complaint: String?
        /// Whether a rung with patience ran out before SIGKILL.
        package var wasKilled = false
        /// How often SIGKILL was sent to all of it; the more often in vain, the rarer.
        package var kills = 0
        /// How much its process has put off what comes next, by EXTEND_TIMEOUT_USEC.
        package var extended = Duration.zero
        /// Whether the kernel does not let us signal it.
        package var isRefused = false
    }
}
