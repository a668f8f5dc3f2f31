/// What is done around a repetition, in this order.
public struct RepetitionHooks: Sendable {
    /// One of them.
    public typealias Hook = @Sendable () async throws -> Void

    /// Before anything else; when it throws, nothing is begun and the error is the caller's.
    public var beforeStart: Hook?
    /// Just before the first wait or run; when it throws, no run comes, but the hooks of the stop do.
    public var afterStart: Hook?
    /// After the last run. It is not cancelled with the repetition; an error is logged.
    public var beforeStop: Hook?
    /// Last of all, whatever happened before. It is not cancelled with the repetition; an error is logged.
    public var afterStop: Hook?

    /// Makes a set of hooks.
    public init(
        beforeStart: Hook? = nil, afterStart: Hook? = nil, beforeStop: Hook? = nil, afterStop: Hook? = nil
    ) {
        self.beforeStart = beforeStart
        self.afterStart = afterStart
        self.beforeStop = beforeStop
        self.afterStop = afterStop
    }
}
