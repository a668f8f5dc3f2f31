import ArgumentParser
import HobClient
import HobProtocol
import HobSystem

/// `hob resume`
struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "End the supervisor's safe mode.",
        discussion: """
            A supervisor that has died five times within ten seconds comes back in safe mode: it holds everything that \
            runs, reads the logs and answers, but starts and ends nothing, so that you can see why it died. This lets \
            it go on. Without safe mode there is nothing to do, and that is no error.

            Example:
              $ hob resume
              hob: going on
            """)

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let connection = try scope.launcher().require()
        _ = try connection.perform(
            Request(id: connection.makeRequestID(), verb: .resume), until: .now() + .seconds(30))
        output.console.note("hob: going on")
    }
}
