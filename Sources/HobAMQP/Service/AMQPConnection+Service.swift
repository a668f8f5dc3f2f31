#if AMQP
extension AMQPConnection {
    /// Whether it is over for good.
    var isClosed: Bool {
        if case .closed = state { return true }
        return false
    }
}
#endif
