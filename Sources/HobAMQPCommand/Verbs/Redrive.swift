#if AMQP
import ArgumentParser
import HobAMQP
import HobProtocol

/// `hob amqp redrive`
struct Redrive: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put parked messages back into their queue, to be tried as if for the first time.",
        discussion: """
            A message stays parked until the broker has confirmed its copy: interrupted at any moment, none is lost. \
            The order is kept.

            Example:
              $ hob amqp redrive orders --dry-run
              $ hob amqp redrive orders --limit 1
              $ hob amqp redrive orders --id order-17 --id order-18
            """)

    @OptionGroup var queue: QueueArgument

    @Option(help: ArgumentHelp("Put back so many at most.", valueName: "count"))
    var limit: Int?

    @Option(help: ArgumentHelp("Put back only the message with this id; may be given several times.", valueName: "id"))
    var id: [String] = []

    @Flag(name: [.customShort("n"), .long], help: "Change nothing; say what would be done.")
    var dryRun = false

    @OptionGroup var broker: BrokerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is how many to put back: 1 or more") }
    }

    func run() async throws {
        let work = ParkedWork(
            queue: queue.queue, limit: limit, ids: id, isDryRun: dryRun, words: "put back",
            isProgressWanted: !output.quiet)
        let done = try await work.perform(at: broker.address(), timeout: broker.timeout.duration) { parking, progress in
            try await parking.redrive(limit: work.limit, messageIDs: work.wanted, progress: progress)
        }
        try work.report(done, as: "redriven", json: output.json, quiet: output.quiet)
    }
}
#endif
