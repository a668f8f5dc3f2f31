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

/// What the broker said, in words for whoever typed the command.
enum BrokerFailure {
    static func failure(_ error: AMQPError, at url: AMQPURL) -> CommandFailure {
        let hosts = url.hosts.map(\.description).joined(separator: ", ")
        switch (error.code, error.replyCode) {
        case (.refused, .accessRefused?):
            return CommandFailure(
                CommandFailure.notPermitted,
                "the broker at \(hosts) does not let user '\(url.user)' in: the name or the password in AMQP_URL or "
                    + "--url is wrong (\(error))")
        case (.refused, _):
            return CommandFailure(
                CommandFailure.notPermitted,
                "the broker at \(hosts) does not open virtual host '\(url.virtualHost)' for user '\(url.user)': is its "
                    + "name right, and has the user permissions for it? (\(error))")
        case (.connectionFailed, _), (.connectionLost, _):
            return CommandFailure(
                CommandFailure.unavailable,
                "no broker answers at \(hosts): start it, or name another one with --url or AMQP_URL (\(error))")
        case (.channelClosed, .accessRefused?):
            return CommandFailure(
                CommandFailure.notPermitted, "user '\(url.user)' may not do that on \(hosts): \(error)")
        case (.channelClosed, .notFound?):
            return CommandFailure(
                CommandFailure.failed, "\(error) (virtual host '\(url.virtualHost)' on \(hosts))")
        case (.timedOut, _): return CommandFailure(CommandFailure.timedOut, "\(error)")
        case (.tlsConfiguration, _): return CommandFailure(CommandFailure.badConfiguration, "\(error)")
        default: return CommandFailure(CommandFailure.failed, "\(error)")
        }
    }
}
#endif
