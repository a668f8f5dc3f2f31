import DirectoryQueues
import Hob
import HobAMQP

/// Asks what directories hold, again and again, and logs the answers.
@main
struct AskerDaemon: Daemon {
    static let configuration = DaemonConfiguration(
        name: "dirasker", abstract: "Asks what directories hold, over AMQP.", announcesReadiness: true)

    static let keys = Keys.all

    func run(_ context: DaemonContext) async throws {
        let url = try AMQPURL(context.configuration[Keys.broker])
        var broker = AMQPConfiguration()
        broker.name = "dirasker"
        broker.logger = context.logger
        let answers = AMQPConsumerService(
            queue: DirectoryQueues.responses, url: url, configuration: broker, topology: DirectoryQueues.declare
        ) { answer, _ in
            let names = answer.text.split(separator: "\n").joined(separator: ", ")
            context.logger.info("\(answer.properties.correlationID ?? "somebody"): \(names)")
        }
        context.ready()
        try await context.run(answers, Questions(context: context, url: url, configuration: broker))
    }
}
