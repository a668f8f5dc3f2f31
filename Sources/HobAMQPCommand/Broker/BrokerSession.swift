#if AMQP
import HobAMQP

/// A connection of one command.
enum BrokerSession {
    /// Connects, runs the body and closes. The errors are sentences with exit codes.
    static func with<Result: Sendable>(
        _ url: AMQPURL, timeout: Duration, _ body: @escaping @Sendable (AMQPConnection) async throws -> Result
    ) async throws -> Result {
        var configuration = AMQPConfiguration()
        configuration.recovery = .none
        configuration.callTimeout = timeout
        configuration.connectionTimeout = min(timeout, .seconds(10))
        configuration.clientProperties = ["product": "hob amqp"]
        let settings = configuration
        do {
            return try await Interruption.cancelling {
                try await AMQPConnection.withConnection(to: url, configuration: settings, body)
            }
        } catch let error as AMQPError {
            throw BrokerFailure.failure(error, at: url)
        } catch is CancellationError {
            throw CommandFailure(Interruption.exitStatus ?? CommandFailure.failed, "interrupted")
        }
    }
}
#endif
