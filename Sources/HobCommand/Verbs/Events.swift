import ArgumentParser
import HobClient
import HobProtocol
import HobSystem

/// `hob events`
struct Events: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what happened: starts, ends, changes of state.",
        discussion: """
            Events are numbered without gaps. Pass the last number you have seen as --since, and you get exactly what \
            came after it: in text it stands behind the #, in JSON it is 'sequence'.

            Examples:
              $ hob events --since 41
              2026-01-31T12:00:00.123Z #42 web@1 exited with status 1 (pid 4711)
              hob: go on with --since 42
              $ hob events -f --json
            """)

    @Option(help: "Only what came after the event with this number.")
    var since: UInt64?

    @Flag(name: .shortAndLong, help: "Stay, and show what comes.")
    var follow = false

    @Flag(help: "Print one JSON object per line.")
    var json = false

    @OptionGroup var scope: FollowingScopeOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let launcher = try scope.launcher()
        var connection = try launcher.require()
        let console = output.console
        var request = Request(id: connection.makeRequestID(), verb: .events)
        request.since = since
        request.follow = follow
        try connection.send(request)
        var last = since
        while true {
            guard let reply = try next(connection) else {
                // A keeper has started another supervisor by now, which goes on with the numbers.
                guard let next = try? launcher.reconnect(until: .now() + .milliseconds(500)) else {
                    output.console.note("hob: the supervisor has ended")
                    return
                }
                connection = next
                request.since = last
                try connection.send(request)
                continue
            }
            switch reply.body {
            case .event(let event):
                last = event.sequence
                console.print(json ? event.json.line : EventLine.text(event, style: console.style))
            case .failed(let failure): throw failure
            case .done:
                if let last, !json { console.note("hob: go on with --since \(last)") }
                return
            case .progress, .status: continue
            }
        }
    }

    /// A supervisor that goes down ends the stream; that is an end like any other for who follows.
    private func next(_ connection: SupervisorConnection) throws -> Reply? {
        do throws(ClientError) {
            return try connection.next(until: follow ? nil : .now() + .seconds(30))
        } catch {
            guard follow, error.code == .connectionLost else { throw error }
            return nil
        }
    }
}
