import ArgumentParser
import HobClient
import HobProtocol
import HobSystem

/// `hob down`
struct Down: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stop everything, then end the supervisor.",
        discussion: """
            Services stop in the reverse of their order, each by its own stop ladder. When hob returns, no process of \
            the project is left. Where nothing runs there is nothing to do, and that is no error.

            Example:
              $ hob down
              web@1 stopped (after 120ms)
              redis stopped (after 80ms)
            """)

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var wait: WaitOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Stop even what its before_stop objects to.")
    var force = false

    @Flag(help: "Print what came of it as one JSON object.")
    var json = false

    func run() throws {
        let launcher = try scope.launcher()
        guard let connection = try launcher.connect() else {
            if json { output.console.print(OrderReport.json(OrderRunner.Result()).line) }
            output.console.note("hob: nothing is running for \(launcher.scope.directory)")
            return
        }
        // Held before the order, so that the number cannot come to mean somebody else.
        let hobd = [connection.greeting.pid, connection.greeting.keeper].compactMap { pid in
            pid.flatMap { try? ProcessHandle.open(pid: $0) }
        }
        var order = Order(launcher: launcher, connection: connection, console: output.console)
        order.asJSON = json
        var request = Request(id: connection.makeRequestID(), verb: .down)
        request.wait = wait.milliseconds
        request.force = force
        let (result, status) = try order.carryOut(request)
        if wait.milliseconds != nil, status == ExitStatus.done || status == ExitStatus.timedOut {
            // Who had to be killed is gone; who was not gone in time keeps the supervisor.
            try Self.waitForEnd(
                of: hobd, connection, isSure: !result.outcomes.contains { $0.kind == .timedOut })
        }
        if status != ExitStatus.done { throw CommandFailure(status) }
    }

    /// The supervisor has said that all is gone; its own end is a moment later.
    static func waitForEnd(of hobd: [ProcessHandle], _ connection: SupervisorConnection, isSure: Bool) throws {
        let deadline = MonotonicTime.now() + .seconds(isSure ? 10 : 1)
        let isGone =
            hobd.isEmpty
            ? connection.waitForEnd(until: deadline) : hobd.allSatisfy { $0.waitForExit(until: deadline) }
        guard isGone || !isSure else {
            throw CommandFailure(
                ExitStatus.timedOut,
                "everything has stopped, but the supervisor (pid \(connection.greeting.pid)) has not ended yet")
        }
    }
}
