import ArgumentParser
import HobClient
import HobProtocol
import HobSystem

/// `hob why`
struct Why: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Explain the state of a service: how it ended, what it waits for, what happens next.",
        discussion: """
            Without a name it explains everything that is not as it should be.

            Example:
              $ hob why web@1
              web@1 is backing off since 12:03:04Z (2s ago)
                wanted     up
                last end   exited with status 1, 2s ago (pid 4711)
                restarts   3 that nobody asked for
                next       starts in 380ms, at 12:03:06Z
                log        the last 2 lines:
                  cannot bind to port 8080: address already in use
            """)

    @Argument(help: .someTargets, completion: .instances)
    var names: [String] = []

    @Option(name: .customShort("n"), help: "How many lines of the log to show.")
    var lines = 10

    @Flag(help: "Print one JSON array, each element with its last lines as 'log'.")
    var json = false

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if lines < 0 || lines > 10_000 { throw ValidationError("-n takes a number from 0 to 10000") }
    }

    func run() throws {
        let launcher = try scope.launcher()
        let connection = try launcher.require()
        let all = try connection.statuses(of: names)
        let statuses = names.isEmpty ? all.filter { $0.wanted == .up && !StatusVerdict.isFulfilled($0) } : all
        if statuses.isEmpty, !json { output.console.note("hob: all is as wanted; 'hob why NAME' explains one") }
        if !statuses.isEmpty { try? connection.flush(statuses.map(\.instance)) }
        let directory = try? LogDirectory(launcher.scope.logsDirectory)
        let console = output.console
        var values: [JSONValue] = []
        for (index, status) in statuses.enumerated() {
            let log = tail(of: status.instance, in: directory)
            if json {
                values.append(.object((status.json.members ?? []) + [JSONMember("log", .strings(log))]))
                continue
            }
            if index > 0 { console.print("") }
            console.print(WhyText.lines(status, log: log, now: WallClock.now, style: console.style))
        }
        if json { console.print(JSONValue.array(values).line) }
    }

    private func tail(of instance: String, in directory: LogDirectory?) -> [String] {
        guard let directory, let files = try? directory.files(of: instance),
            let tail = try? LogTail(lines, of: files, in: directory)
        else { return [] }
        return tail.lines.map { StatusTable.printable(String(decoding: $0.text, as: UTF8.self)) }
    }
}
