#if AMQP
import HobAMQP

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
        case (.connectionLost, .some):
            return CommandFailure(
                CommandFailure.unavailable, "the broker at \(hosts) has ended the connection: \(error)")
        case (.connectionLost, nil):
            return CommandFailure(CommandFailure.unavailable, "\(error)")
        case (.connectionFailed, _):
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
