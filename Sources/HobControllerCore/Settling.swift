/// A daemon of which is waited that it becomes ready.
struct Settling: Sendable, Hashable {
    /// How it came about.
    enum Origin: Sendable, Hashable {
        /// We have started it: when it fails, it is ended.
        case started
        /// It ran before us, and is only waited for.
        case found
        /// The restart command has left it; it is only waited for.
        case restarted
    }

    /// Its main process, once known.
    var pid: Int32?
    /// The sources that have not spoken.
    var missing: ReadinessSources
    /// How it came about.
    var origin: Origin
}
