import DirectoryQueues
import Hob
import HobAMQP

/// Publishes a request every second: one path after the other.
struct Questions: Service {
    let context: DaemonContext
    let url: AMQPURL
    let configuration: AMQPConfiguration

    func run() async throws {
        try await cancelWhenGracefulShutdown { [self] in
            var configuration = configuration
            // A broker that is not there yet is waited for.
            configuration.recovery.persistsAtStart = true
            try await AMQPConnection.withConnection(to: url, configuration: configuration) { connection in
                try await ask(on: try await connection.openChannel())
            }
        }
    }

    private func ask(on channel: AMQPChannel) async throws {
        try await DirectoryQueues.declare(on: channel)
        let paths = context.configuration[Keys.paths]
        var number = 0
        for try await _ in context.every(context.configuration[Keys.interval]) {
            let path = paths[number % paths.count]
            number += 1
            var message = AMQPMessage("\(path),\(context.configuration[Keys.seconds])")
            message.properties.correlationID = path
            message.properties.replyTo = DirectoryQueues.responses
            do {
                // A broker that goes away is waited for; what it has not confirmed is published again.
                try await channel.publish(message, to: DirectoryQueues.requests, mandatory: true)
            } catch let error as AMQPError {
                context.logger.warning("nobody was asked for \(path): \(error)")
            }
        }
    }
}
