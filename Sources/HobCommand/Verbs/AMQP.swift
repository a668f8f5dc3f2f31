import ArgumentParser

/// `hob amqp`
struct AMQP: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "amqp",
        abstract: "Look after messages that AMQP consumers have given up.",
        discussion: """
            'hob amqp --help' lists the verbs; hob-amqp, which is installed beside hob, does it.

            Example:
              $ hob amqp parked orders
              $ hob amqp redrive orders --limit 1
            """)

    @Argument(parsing: .captureForPassthrough, help: "parked, redrive or discard, and options.")
    var words: [String] = []

    func run() throws { throw ToolProgram.become("hob-amqp", ["amqp"] + words) }
}
