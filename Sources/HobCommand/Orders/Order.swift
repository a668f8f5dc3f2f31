import HobClient
import HobProtocol
import HobSystem

/// An order to the supervisor from the command line: sent, awaited, reported.
struct Order {
    let launcher: SupervisorLauncher
    let connection: SupervisorConnection
    let console: Console
    var asJSON = false

    /// Carries the order out; throws with its exit code unless all went well.
    func perform(_ verb: Request.Verb, _ targets: [String], wait: Int64?, change: (inout Request) -> Void = { _ in })
        throws
    {
        var request = Request(id: connection.makeRequestID(), verb: verb, targets: targets)
        request.wait = wait
        change(&request)
        try perform(request)
    }

    /// Carries the request out; throws with its exit code unless all went well.
    @discardableResult
    func perform(_ request: Request, following lines: [JSONValue] = []) throws -> OrderRunner.Result {
        let (result, status) = try carryOut(request, following: lines)
        if status != ExitStatus.done { throw CommandFailure(status) }
        return result
    }

    /// Carries the request out and reports it; answers what it came to, and the exit code for that.
    func carryOut(_ request: Request, following lines: [JSONValue] = []) throws -> (OrderRunner.Result, Int32) {
        let report = OrderReport(
            connection: connection, console: console, attemptLog: AttemptLog(launcher.scope), began: WallClock.now)
        let result = try OrderRunner(launcher: launcher, connection: connection, console: console).run(
            request, following: lines)
        return (result, report.write(result, verb: request.verb, asJSON: asJSON))
    }

    /// Ends a supervisor that has nothing to look after.
    func end() throws {
        var request = Request(id: connection.makeRequestID(), verb: .down)
        request.wait = 10_000
        _ = try connection.perform(request, until: .now() + .seconds(15))
        _ = connection.waitForEnd(until: .now() + .seconds(5))
    }
}
