import ArgumentParser
import Glibc
import HobClient
import HobPolicy
import HobProtocol
import HobSystem

/// `hob logs`
struct Logs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what services have written, merged by time.",
        discussion: """
            Reads the log files themselves, rotated and compressed ones included, so it works without a supervisor. \
            Everything is shown unless -n or --since says less; with -f the last 10 lines are shown first. Lines of a \
            service with 'timestamps: none' cannot be placed exactly: they stand where their file was last written.

            Examples:
              $ hob logs -n 100
              $ hob logs -f web worker@2
              $ hob logs redis --since 10m --no-timestamps
            """)

    @Argument(help: .targets, completion: .instances)
    var names: [String] = []

    @Flag(name: .shortAndLong, help: "Stay, and show lines as they come.")
    var follow = false

    @Option(name: [.customShort("n"), .long], help: "Only the last lines.")
    var lines: Int?

    @Option(help: "Only lines since then: a span such as 10m, or a time such as 2026-01-31T12:00:00Z.")
    var since: SinceArgument?

    @Flag(help: "Leave the time stamps out.")
    var noTimestamps = false

    @Flag(help: "Print one JSON object per line.")
    var json = false

    @OptionGroup var scope: FollowingScopeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let lines, lines < 0 { throw ValidationError("-n takes a number that is not negative") }
    }

    func run() throws {
        let launcher = try scope.launcher()
        let connection = try? launcher.connect()
        // What is on its way between a service and its file belongs to the answer.
        try? connection?.flush(names)
        let selection = try InstanceSelection(names, connection)
        let directory: LogDirectory
        do throws(SystemError) {
            directory = try LogDirectory(launcher.scope.logsDirectory)
        } catch {
            if error.code == ENOENT { throw CommandFailure(ExitStatus.failed, "there are no logs yet") }
            let isForbidden = error.code == EACCES || error.code == EPERM
            throw CommandFailure(isForbidden ? ExitStatus.notPermitted : ExitStatus.failed, error.message)
        }
        _ = try? ProcessLimits.raiseOpenFiles()
        let all = try directory.instances()
        let known = all.filter(selection.includes)
        if known.isEmpty, !follow { throw CommandFailure(ExitStatus.failed, selection.complaint(among: all)) }
        var writer = LogLineWriter(
            prefix: LogPrefix(
                names: known, showsTimestamps: !noTimestamps,
                showsNames: names.isEmpty || known.count != 1 || known[0] != names[0], style: output.console.style),
            asJSON: json, console: output.console)
        if follow { return try follow(directory, selection, &writer) }
        try show(directory, known, &writer)
    }

    private func show(_ directory: LogDirectory, _ instances: [String], _ writer: inout LogLineWriter) throws {
        let start = since?.time(now: WallClock.now) ?? .min
        let console = output.console
        if let lines {
            var tails: [LogLine] = []
            let sources = try instances.map { instance in
                try LogTail(lines, of: directory.files(of: instance), in: directory).lines.makeIterator()
            }
            for line in LogMerge(sources) where line.time >= start { tails.append(line) }
            for line in tails.suffix(lines) { writer.write(line) }
        } else {
            let sources = try instances.map { instance in
                LogReader(try directory.files(of: instance), in: directory) { console.complain("hob: \($0.message)") }
            }
            for line in LogMerge(sources) where line.time >= start { writer.write(line) }
        }
        writer.flush()
    }

    private func follow(
        _ directory: LogDirectory, _ selection: InstanceSelection, _ writer: inout LogLineWriter
    ) throws {
        let follower = try LogFollower(directory, isWanted: selection.includes)
        let count = lines ?? (since == nil ? 10 : 1_000_000)
        let start = since?.time(now: WallClock.now) ?? .min
        for line in try follower.begin(last: count).filter({ $0.time >= start }).suffix(count) { writer.write(line) }
        writer.flush()
        while true {
            for line in try follower.next() { writer.write(line) }
            writer.flush()
            if !follower.hasMore { follower.wait() }
        }
    }
}
