import Glibc
import HobConfig
import HobController
import HobControllerCore
import HobProtocol
import HobSystem
import HobYAML

/// Tells a person, or a script, what came of an operation on a daemon.
struct ControlReport {
    let verb: ControlVerb
    let console: Console
    let asJSON: Bool
    /// The daemon's name, once it is known.
    var identifier: String?

    init(verb: ControlVerb, console: Console, asJSON: Bool) {
        self.verb = verb
        self.console = console
        self.asJSON = asJSON
    }

    private var name: String { identifier ?? "" }

    // MARK: What went well

    /// Says what an operation came to, which took so long.
    func tell(_ result: ControllerResult, after elapsed: Duration) {
        let (seconds, attoseconds) = elapsed.components
        let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        let time = " in \(TimeText.elapsed(milliseconds))"
        switch result {
        case .started(let pid):
            let word = verb == .restart ? "restarted" : "started"
            tell("\(name) \(word) (pid \(pid))" + time, word, pid, milliseconds)
        case .alreadyRunning(let pid):
            tell("\(name) is already running (pid \(pid))", "alreadyRunning", pid, milliseconds)
        case .stopped: tell("\(name) stopped" + time, "stopped", nil, milliseconds)
        case .wasNotRunning: tell("\(name) was not running", "wasNotRunning", nil, milliseconds)
        // These are failures to whoever asked.
        case .cancelled, .failed: break
        }
    }

    /// Says whether the daemon runs.
    func tellStatus(pid: Int32?) {
        if let pid {
            tell("\(name) is running (pid \(pid))", "running", pid, nil)
        } else {
            tell("\(name) is not running", "notRunning", nil, nil)
        }
    }

    private func tell(_ sentence: String, _ result: String, _ pid: Int32?, _ milliseconds: Int64?) {
        if asJSON {
            var builder = JSONObjectBuilder()
            builder.add("identifier", identifier)
            builder.add("result", result)
            builder.add("pid", pid)
            builder.add("seconds", milliseconds.map { JSONValue.number(Double($0) / 1_000) })
            console.print(builder.object.line)
        } else if !console.isQuiet {
            console.print(StatusTable.printable(sentence))
        }
    }

    // MARK: What went wrong

    /// The sentence and the exit code for an error; as JSON it has been told then.
    func failure(_ error: any Error) -> any Error {
        switch error {
        case let error as ControllerError:
            let status = verb == .status ? ExitStatus.unknown : Self.exitStatus(of: error)
            return failure(status, error.code.rawValue, error.message, text: error.description)
        case let error as DiagnosticsFailure:
            guard asJSON else {
                let lines = error.diagnostics.map { DiagnosticText.line($0, style: console.errorStyle) }
                for line in lines { console.complain(line) }
                return CommandFailure(ExitStatus.badConfiguration)
            }
            let message = error.diagnostics.map(\.description).joined(separator: "\n")
            return failure(ExitStatus.badConfiguration, "badConfiguration", message, text: message)
        case let error as ControlCancellation:
            let text = "\(name): \(error.sentence(for: verb))"
            return failure(128 + error.signal.rawValue, "cancelled", error.sentence(for: verb), text: text)
        case let error as CommandFailure where error.exitStatus == ExitStatus.badConfiguration:
            return failure(error.exitStatus, "badConfiguration", error.message, text: error.message)
        default: return error
        }
    }

    private func failure(_ status: Int32, _ code: String, _ message: String, text: String) -> CommandFailure {
        guard asJSON else { return CommandFailure(status, text) }
        var failure = JSONObjectBuilder()
        failure.add("code", code)
        failure.add("message", message)
        var builder = JSONObjectBuilder()
        builder.add("identifier", identifier)
        builder.add("error", failure.object)
        console.print(builder.object.line)
        return CommandFailure(status)
    }

    /// The exit code for an error of the library.
    static func exitStatus(of error: ControllerError) -> Int32 {
        switch error.code {
        case .alreadyStarted: ExitStatus.alreadyStarted
        case .startTimedOut, .stopTimedOut: ExitStatus.timedOut
        case .badConfiguration: ExitStatus.badConfiguration
        case .startFailed, .stopFailed, .connectFailed:
            isForbidden(error.cause) ? ExitStatus.notPermitted : ExitStatus.failed
        }
    }

    private static func isForbidden(_ cause: (any Error)?) -> Bool {
        switch cause {
        case let error as SystemError: error.code == EACCES || error.code == EPERM
        case let error as SpawnFailure: error.code == EACCES || error.code == EPERM
        case let error as ControllerError: isForbidden(error.cause)
        default: false
        }
    }
}
