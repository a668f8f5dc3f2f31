import ArgumentParser
import HobClient
import HobConfig
import HobPolicy
import HobProtocol
import HobSupervisorCore
import HobSystem

/// `hob status`
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what every instance is doing.",
        discussion: """
            Exit codes without a name: 0 when every wanted instance is up and every wanted task done, 1 when not, \
            69 when no supervisor runs. With names, after the LSB: 0 running, 3 stopped, 4 unknown.

            Examples:
              $ hob status
              NAME   STATE  PID   UPTIME  RESTARTS  PORT  NOTE
              redis  ready  4702  3m 12s         0  6399
              $ hob status web --wait ready --timeout 5s && echo serving
            """)

    /// What to wait for.
    enum Goal: String, CaseIterable, ExpressibleByArgument {
        case ready, stopped
    }

    @Argument(help: .targets, completion: .instances)
    var names: [String] = []

    @Flag(help: "Print one JSON array.")
    var json = false

    @Option(help: "Wait until all of them are ready (or stopped).")
    var wait: Goal?

    @Option(help: "With --wait: exit with 2 after this time.")
    var timeout = TimeLimit(.seconds(60))

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let launcher = try scope.launcher()
        guard let connection = try launcher.connect() else { return try reportNoSupervisor(launcher) }
        var statuses: [InstanceStatus] = []
        var isInTime = true
        do {
            if let wait {
                let waiter = StatusWaiter(launcher: launcher, targets: names, goal: wait)
                (statuses, isInTime) = try waiter.wait(until: .now() + timeout.duration)
            } else {
                statuses = try connection.statuses(of: names)
            }
        } catch let failure as Failure where failure.code == .unknownTarget && !names.isEmpty {
            if json { output.console.print("[]") }
            throw CommandFailure(ExitStatus.unknown, failure.message)
        }
        write(statuses)
        if !isInTime, let wait {
            throw CommandFailure(
                ExitStatus.timedOut, "not \(wait.rawValue) after \(timeout.duration.brief)")
        }
        let code = StatusVerdict.exitStatus(statuses, isNamed: !names.isEmpty)
        if code != ExitStatus.done { throw CommandFailure(code) }
    }

    private func write(_ statuses: [InstanceStatus]) {
        let console = output.console
        if json {
            console.print(JSONValue.array(statuses.map(\.json)).line)
        } else {
            console.print(StatusTable.lines(statuses, width: console.width, style: console.style))
        }
    }

    private func reportNoSupervisor(_ launcher: SupervisorLauncher) throws {
        if json { output.console.print("[]") }
        if wait == .stopped { return }
        let place = launcher.scope.directory
        guard !names.isEmpty else {
            let remedy = launcher.scope.kind == .system ? "hob supervise" : "hob up"
            throw CommandFailure(
                ExitStatus.noSupervisor, "no supervisor is running for \(place): start it with '\(remedy)'")
        }
        // With the supervisor the knowledge is gone, unless the file at least knows the name.
        let configuration = DefinitionCompiler(launcher.scope).load().configuration
        let known = (configuration?.set.services.map(\.name) ?? []) + (configuration?.groups.keys.sorted() ?? [])
        let unknown = names.filter { !known.contains(LogFileName.service(of: $0)) }
        guard unknown.isEmpty else {
            throw CommandFailure(
                ExitStatus.unknown,
                "no supervisor is running for \(place), and there is no '\(unknown[0])' in its configuration")
        }
        throw CommandFailure(ExitStatus.stopped, "no supervisor is running for \(place)")
    }
}
