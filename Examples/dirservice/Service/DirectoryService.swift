import DirectoryQueues
import Hob
import HobAMQP

/// Answers requests for what a directory holds, taken from a queue.
@main
struct DirectoryService: Daemon {
    static let configuration = DaemonConfiguration(
        name: "dirservice", abstract: "Answers what directories hold, over AMQP.", announcesReadiness: true)

    static let keys = Keys.all

    func run(_ context: DaemonContext) async throws {
        var broker = AMQPConfiguration()
        broker.name = "dirservice"
        broker.logger = context.logger
        broker.observer = BrokerStatus(context)
        let patience = context.configuration[Keys.timeout]
        let answerer = Answerer(patience: patience, clock: context.clock)
        let requests = try AMQPConsumerService(
            queue: DirectoryQueues.requests, url: AMQPURL(context.configuration[Keys.broker]), configuration: broker,
            concurrency: context.configuration[Keys.concurrency],
            // The answerer's own time is over before.
            timeout: patience + .seconds(30),
            // Together less than the daemon's `shutdownDeadline` of 8 s.
            drainTimeout: .seconds(5), cancellationTimeout: .seconds(1), topology: DirectoryQueues.declare
        ) { request, message in
            var answer = AMQPMessage(await answerer.answer(to: request.text))
            answer.properties.correlationID = request.properties.correlationID
            answer.properties.contentType = "text/plain"
            // Returns when the broker has it; then the request is acknowledged.
            try await message.channel.publish(answer, to: request.properties.replyTo ?? DirectoryQueues.responses)
        }
        // It may be started before its broker, and outlives it: `status` says where the connection stands.
        context.ready()
        try await context.run(requests)
    }
}
