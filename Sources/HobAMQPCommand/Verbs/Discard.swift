#if AMQP
import ArgumentParser
import HobAMQP
import HobProtocol

/// `hob amqp discard`
struct Discard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Throw parked messages away, for good.",
        discussion: """
            It asks before; without a terminal it wants --yes.

            Example:
              $ hob amqp discard orders --id order-17 --yes
              $ hob amqp discard orders --all --dry-run
            """)

    @OptionGroup var queue: QueueArgument

    @Option(help: ArgumentHelp("Throw away the message with this id; may be given several times.", valueName: "id"))
    var id: [String] = []

    @Flag(help: "Throw away all that are parked.")
    var all = false

    @Flag(name: .shortAndLong, help: "Ask nothing.")
    var yes = false

    @Flag(name: [.customShort("n"), .long], help: "Change nothing; say what would be done.")
    var dryRun = false

    @OptionGroup var broker: BrokerOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if id.isEmpty, !all { throw ValidationError("say which messages: --id ID, or --all") }
        if !id.isEmpty, all { throw ValidationError("--all contradicts --id: say one") }
    }

    func run() async throws {
        if !dryRun, !yes { try confirm() }
        let work = ParkedWork(
            queue: queue.queue, limit: nil, ids: id, isDryRun: dryRun, words: "thrown away",
            isProgressWanted: !output.quiet)
        let done = try await work.perform(at: broker.address(), timeout: broker.timeout.duration) { parking, progress in
            try await parking.discard(messageIDs: work.wanted, progress: progress)
        }
        try work.report(done, as: "discarded", json: output.json, quiet: output.quiet)
    }

    private func confirm() throws {
        guard Terminal.canAsk else {
            throw CommandFailure(
                CommandFailure.usage, "nobody is here to be asked: say --yes, or --dry-run to look first")
        }
        let what = all ? "all messages" : id.count == 1 ? "message '\(id[0])'" : "\(id.count) messages"
        let answer = Terminal.ask("throw away \(what) of \(queue.queue).parked? [y]es, [n]o")?.lowercased()
        guard answer == "y" || answer == "yes" else {
            throw CommandFailure(CommandFailure.failed, "nothing has been thrown away")
        }
    }
}
#endif
