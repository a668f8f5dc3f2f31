import ArgumentParser
import HobClient
import HobConfig
import HobProtocol
import HobSupervisorCore
import HobSystem

/// `hob up`
struct Up: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the project to what hob.yml says, and show its log.",
        discussion: """
            Starts the supervisor if none runs, then adds, changes and removes what differs from hob.yml and touches \
            nothing else. In the foreground the log of all services is shown; Ctrl-C stops everything, a second \
            one kills what is left, a third leaves at once. Where the project was running already, Ctrl-C only ends \
            the show. \
            With -d hob returns when everything is ready, or says what is not, and why.

            Examples:
              $ hob up
              $ hob up -d --timeout 1m
              redis started (pid 4702, after 31ms)
              web@1 started (pid 4711, after 420ms)
              hob: 2 instances up (revision 1)
            """)

    @Argument(help: "Only these services, with what they require; all when none is named.", completion: .instances)
    var names: [String] = []

    @Flag(name: [.customShort("d"), .customLong("detach")], help: "Return when everything is ready.")
    var detach = false

    @Flag(help: "With -d: print what came of it as one JSON object.")
    var json = false

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var wait: WaitOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if wait.noWait, !detach { throw ValidationError("--no-wait belongs to -d: in the foreground hob stays anyway") }
        if json, !detach { throw ValidationError("--json belongs to -d: in the foreground hob shows the log") }
    }

    func run() throws {
        let launcher = try scope.launcher(mustExist: true)
        let console = output.console
        // The file first: what cannot be read must not start anything.
        let compiled = try DefinitionCompiler(launcher.scope).compile()
        console.warn(compiled.warnings)
        if !detach { try ForegroundSession.prepareSignals() }
        let named = launcher.named(compiled.name)
        let (connection, launched) = try named.connectOrLaunch()
        let request = Self.request(connection, compiled, names: names, wait: wait.milliseconds)
        guard detach else {
            let session = try ForegroundSession(
                launcher: named, connection: connection, ownsProject: launched, console: console)
            try session.run(request, compiled.set)
            return
        }
        let order = Order(launcher: named, connection: connection, console: console, asJSON: json)
        do {
            let result = try order.perform(request, following: compiled.set.lines)
            if !json, !console.isQuiet { Self.report(result, console) }
        } catch let failure as Failure where launched {
            // Nothing was taken over, so the supervisor that was started for it has no purpose.
            try? Order(launcher: named, connection: connection, console: console).end()
            throw failure
        }
    }

    static func request(
        _ connection: SupervisorConnection, _ compiled: Configuration, names: [String], wait: Int64?
    ) -> Request {
        var request = Request(id: connection.makeRequestID(), verb: .apply, targets: names)
        request.count = compiled.set.lines.count
        request.up = true
        request.wait = wait
        return request
    }

    private static func report(_ result: OrderRunner.Result, _ console: Console) {
        let isNew = !result.changes.isEmpty || result.outcomes.contains { $0.kind != .alreadyUp }
        let revision = result.revision.map { " (revision \($0))" } ?? ""
        let isUp: [Outcome.Kind] = [.started, .alreadyUp, .completed]
        let count = PlanText.count(result.outcomes.count { isUp.contains($0.kind) }, "instance")
        console.note(isNew ? "hob: \(count) up\(revision)" : "hob: everything is up already, \(count)\(revision)")
    }
}
