import ArgumentParser
import HobClient
import HobConfig
import HobProtocol
import HobSupervisorCore

/// `hob ensure`
struct Ensure: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make sure that services are up, starting the supervisor too if need be.",
        discussion: """
            For scripts and tests: any number of callers at once get one running service, and each returns when it is \
            ready. A running project is not changed: definitions are applied only if it has none yet.

            Example:
              $ hob ensure redis && ./run-tests
            """)

    @Argument(help: .someTargets, completion: .instances)
    var names: [String]

    @Flag(help: "Print what came of it as one JSON object.")
    var json = false

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var wait: WaitOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        var launcher = try scope.launcher()
        let console = output.console
        var connection = try launcher.connect()
        // A supervisor without definitions is one that another caller has launched a moment ago.
        if connection?.greeting.revision ?? 0 == 0 {
            let compiled = try DefinitionCompiler(launcher.scope).compile()
            console.warn(compiled.warnings)
            launcher = launcher.named(compiled.name)
            let fresh = try launcher.connectOrLaunch().connection
            var request = Request(id: fresh.makeRequestID(), verb: .apply)
            request.count = compiled.set.lines.count
            _ = try OrderRunner(launcher: launcher, connection: fresh, console: console).run(
                request, following: compiled.set.lines)
            connection = fresh
        }
        guard let connection else { return }
        let order = Order(launcher: launcher, connection: connection, console: console, asJSON: json)
        try order.perform(.start, names, wait: wait.milliseconds)
    }
}
