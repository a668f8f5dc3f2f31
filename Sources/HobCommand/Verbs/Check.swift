import ArgumentParser
import HobClient
import HobConfig
import HobProtocol
import HobSupervisorCore

/// `hob check`
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check hob.yml, and say everything that is wrong with it.",
        discussion: """
            Starts nothing and asks nobody. Exit code 78 when the file cannot be used.

            Example:
              $ hob check
              hob.yml:4:5: unknown key 'comand' in service 'web': did you mean 'command'?
            """)

    @Argument(help: "The file, if not hob.yml.", completion: .file(extensions: ["yml", "yaml"]))
    var path: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if path != nil, scope.file != nil { throw ValidationError("name the file once: as FILE or with --file") }
        if path != nil, scope.place.system { throw ValidationError("--system has its own files: leave FILE out") }
    }

    func run() throws {
        var options = scope
        if let path { options.file = path }
        let result = DefinitionCompiler(try options.scope(mustExist: true)).load()
        let warnings = result.configuration?.warnings ?? []
        let console = output.console
        if json {
            console.print(Self.json(result).line)
        } else {
            for diagnostic in result.errors { console.print(DiagnosticText.line(diagnostic, style: console.style)) }
            for diagnostic in warnings {
                console.print(DiagnosticText.line(diagnostic, isWarning: true, style: console.style))
            }
            if let configuration = result.configuration {
                let count = PlanText.count(configuration.set.services.count, "service")
                console.note("hob: \(configuration.name): \(count), no errors")
            }
        }
        if !result.errors.isEmpty { throw CommandFailure(ExitStatus.badConfiguration) }
    }

    static func json(_ result: LoadResult) -> JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("ok", result.errors.isEmpty)
        builder.add("errors", JSONValue.array(result.errors.map(DiagnosticText.json)))
        builder.add("warnings", JSONValue.array((result.configuration?.warnings ?? []).map(DiagnosticText.json)))
        builder.add("services", result.configuration.map { JSONValue.strings($0.set.services.map(\.name)) })
        return builder.object
    }
}
