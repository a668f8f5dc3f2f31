#if AMQP
import Synchronization

/// A channel with confirms that is opened anew when the broker has closed it because of an error on it.
final class ReopenedChannel: Sendable {
    private let connection: AMQPConnection
    private let channel = Mutex<AMQPChannel?>(nil)

    init(_ connection: AMQPConnection) {
        self.connection = connection
    }

    /// The channel; opened first when there is none.
    func current() async throws -> AMQPChannel {
        if let standing { return standing }
        let fresh = try await connection.openChannel()
        // Of two at once the first one stays; the other one is closed when it is let go.
        if let standing { return standing }
        channel.withLock { $0 = fresh }
        return fresh
    }

    private var standing: AMQPChannel? {
        guard let channel = channel.withLock({ $0 }), channel.closedBecause == nil else { return nil }
        return channel
    }
}
#endif
