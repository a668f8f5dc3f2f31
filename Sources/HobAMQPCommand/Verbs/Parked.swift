#if AMQP
import ArgumentParser
import HobAMQP
import HobProtocol
import HobSystem

/// `hob amqp parked`
struct Parked: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what a consumer has given up: how many messages, and the first of them.",
        discussion: """
            The messages stay where they are, in their order. While hob looks at them, which takes a moment, nobody \
            else sees them.

            Example:
              $ hob amqp parked orders
              $ hob amqp parked orders --limit 100 --json
            """)

    @OptionGroup var queue: QueueArgument

    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("How many messages to show.", valueName: "count"))
    var limit = 10

    @OptionGroup var broker: BrokerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit is how many to show: 0 or more") }
    }

    func run() async throws {
        let queue = queue.queue
        let limit = limit
        let (count, messages) = try await BrokerSession.with(
            broker.address(), timeout: broker.timeout.duration
        ) { connection in
            let parking = AMQPParking(of: queue, on: connection)
            let count = try await parking.count()
            return try await (count, limit == 0 ? [] : parking.messages(limit: limit))
        }
        let report = ParkedReport(queue: queue, count: count, messages: messages, now: WallClock.now / 1_000)
        if output.json {
            Terminal.print(report.json.line)
        } else {
            let isColored =
                switch output.color {
                case .always: true
                case .never: false
                case .auto: Terminal.takesColor
                }
            for line in report.lines(isColored: isColored) { Terminal.print(line) }
        }
    }
}
#endif
