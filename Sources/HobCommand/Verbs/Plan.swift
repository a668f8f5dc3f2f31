import ArgumentParser
import HobClient
import HobConfig
import HobProtocol
import HobSupervisorCore
import HobSystem

/// `hob plan`
struct Plan: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what 'hob up' would add, change and remove; change nothing.",
        discussion: """
            Keys that differ are named, values never shown: they may be secrets.

            Example:
              $ hob plan
              + worker (2 instances)
              ~ web restarts: command, environment.PORT
              - old
              1 to add, 1 to change, 1 to remove, 3 unchanged
            """)

    @Flag(help: "Print one JSON array.")
    var json = false

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let launcher = try scope.launcher(mustExist: true)
        let console = output.console
        let compiled = try DefinitionCompiler(launcher.scope).compile()
        console.warn(compiled.warnings)
        var changes: [Change]
        if let connection = try launcher.connect() {
            var request = Request(id: connection.makeRequestID(), verb: .plan)
            request.count = compiled.set.lines.count
            request.wait = 30_000
            changes = try connection.perform(
                request, following: compiled.set.lines, until: .now() + .seconds(40)
            ).changes
        } else {
            changes = compiled.set.services.map {
                Change(service: $0.name, kind: .add, before: 0, after: $0.instances)
            }
        }
        if json {
            console.print(JSONValue.array(changes.map(\.json)).line)
        } else {
            console.print(PlanText.lines(changes, style: console.style))
        }
    }
}
