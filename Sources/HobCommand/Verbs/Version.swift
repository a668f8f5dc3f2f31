import ArgumentParser
import HobClient
import HobProtocol

/// `hob version`
struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say which versions of hob and of the running hobd these are.",
        discussion: """
            Example:
              $ hob version --json
              {"hob":"0.1.0","protocol":1}
            """)

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        // Whether anything runs here is beside the point, so nothing that goes wrong with it matters.
        let running = (try? scope.launcher().connect())?.greeting
        if json {
            var builder = JSONObjectBuilder()
            builder.add("hob", HobVersion.current)
            builder.add("protocol", Greeting.protocolVersion)
            if let running {
                builder.add("hobd", running.version)
                builder.add("pid", running.pid)
                builder.add("revision", running.revision)
            }
            output.console.print(builder.object.line)
            return
        }
        output.console.print("hob \(HobVersion.current)")
        if let running {
            output.console.print("hobd \(running.version) (pid \(running.pid), revision \(running.revision))")
        }
    }
}
