/// What a daemon's life hears.
enum DaemonEvent: Sendable, Hashable {
    /// The daemon's `run` is about to be called.
    case begun
    /// It says that it may be used.
    case ready
    /// TERM or INT, by number.
    case stopSignal(Int32)
    /// HUP.
    case reloadSignal
    /// The reload of this number has ended, or its time is over; what went wrong, if anything.
    case reloaded(Int, failure: String?)
    /// USR1: the other of the two log levels.
    case toggleLevelSignal
    /// USR2: everything is logged.
    case debugSignal
    /// Its `run` has returned, or thrown: what.
    case ended(failure: String?)
    /// The part of the shutdown's time in which it was asked politely is over.
    case patienceOver
    /// All of the shutdown's time is over.
    case deadlineOver
    /// The shutdown hooks have ended.
    case hooksEnded
}
