#if AMQP
import NIOCore

extension AMQPConnection {
    /// Whether it is over for good.
    var isClosed: Bool {
        if case .closed = state { return true }
        return false
    }

    /// Opens a channel with confirms; a cancelled task waits for it no longer, whatever has been asked by then.
    ///
    /// Opening takes two answers, and a stop must not wait for a broker that has fallen silent between them. The channel
    /// that nobody waits for is closed when it is there.
    func openChannelUnlessCancelled() async throws -> AMQPChannel {
        let opened = session.loop.makePromise(of: AMQPChannel.self)
        opened.completeWithTask { try await self.openChannel() }
        return try await withTaskCancellationHandler {
            try await opened.futureResult.get()
        } onCancel: {
            // Of two answers a promise takes the first.
            opened.fail(CancellationError())
        }
    }
}
#endif
