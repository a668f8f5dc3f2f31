import HobClient
import HobProtocol
import HobSystem

/// Tells a person, or a script, what an order came to, and finds the exit code for it.
struct OrderReport {
    let connection: SupervisorConnection
    let console: Console
    let attemptLog: AttemptLog
    /// When the order was sent, in milliseconds of Unix time.
    let began: Int64

    /// Writes the report and returns the exit code.
    func write(_ result: OrderRunner.Result, verb: Request.Verb, asJSON: Bool) -> Int32 {
        let failed = result.outcomes.filter { $0.kind == .failed }
        if asJSON {
            console.print(Self.json(result).line)
        } else {
            writeLines(result, verb: verb)
        }
        for note in result.notes { console.note("hob: \(note)") }
        if let unstored = result.unstored {
            console.complain("hob: done, but not stored, and lost with the next boot: \(unstored); hobd goes on trying")
        }
        let isTask = result.outcomes.count == 1 && !failed.isEmpty && self.isTask(failed[0].instance)
        let status = ExitStatus.of(result.outcomes, isTask: isTask)
        return status == 0 && result.unstored != nil ? ExitStatus.failed : status
    }

    private func writeLines(_ result: OrderRunner.Result, verb: Request.Verb) {
        let isAlone = result.outcomes.count == 1
        let attempts = result.outcomes.contains { $0.kind == .failed } ? bounded(result.attempts) : [:]
        for outcome in result.outcomes {
            if outcome.kind == .failed, Self.starts(verb) {
                writeFailedStart(outcome, attempts[outcome.instance], isAlone: isAlone)
                continue
            }
            // Who takes everything down does not ask what is left of it.
            if verb == .down, outcome.kind == .alreadyDown { continue }
            let line = OutcomeLine(outcome, verb: verb, style: console.style)
            if line.isComplaint {
                console.complain("hob: " + OutcomeLine(outcome, verb: verb).text)
                if outcome.kind == .timedOut, Self.starts(verb) { explain(outcome.instance) }
                // A command of the service failed or objected: its own words say why.
                if outcome.kind == .failed || outcome.kind == .refused { showLastWords(outcome.instance) }
            } else if !console.isQuiet {
                console.print(line.text)
            }
        }
    }

    private func writeFailedStart(_ outcome: Outcome, _ attempt: StartAttempt?, isAlone: Bool) {
        let reason = outcome.message ?? outcome.status.map { "exited with status \($0)" } ?? "failed"
        try? connection.flush([outcome.instance])
        let output = attemptLog.lines(
            of: outcome.instance, from: attempt?.time ?? began, to: attempt?.end ?? .max)
        // What never ran had nothing to say, and its reason is a whole sentence.
        if output.isEmpty, attempt?.hasProcess != true, !Self.isEnd(reason) {
            console.complain("hob: \(outcome.instance): \(reason)")
            return
        }
        for line in FailureText.lines(instance: outcome.instance, output: output, reason: reason, isAlone: isAlone) {
            console.complain(line)
        }
    }

    /// The supervisor may have tried again since its answer: finds out where that began.
    private func bounded(_ attempts: [String: StartAttempt]) -> [String: StartAttempt] {
        guard let first = attempts.values.map(\.sequence).min() else { return attempts }
        var attempts = attempts
        var request = Request(id: connection.makeRequestID(), verb: .events)
        request.since = first
        _ = try? connection.perform(request, until: .now() + .seconds(5)) { body in
            guard case .event(let event) = body, let instance = event.instance else { return }
            attempts[instance]?.note(event)
        }
        return attempts
    }

    /// Says why an instance is not where it should be, and shows its last words.
    private func explain(_ instance: String) {
        guard let status = try? connection.statuses(of: [instance]).first else { return }
        let note = StatusTable.note(of: status)
        if !note.isEmpty { console.complain("  \(status.state.rawValue): \(note)") }
        showLastWords(instance)
    }

    private func showLastWords(_ instance: String) {
        try? connection.flush([instance])
        for line in attemptLog.lines(of: instance, from: began).suffix(5) { console.complain("  \(line)") }
    }

    private func isTask(_ instance: String) -> Bool {
        (try? connection.statuses(of: [instance]).first?.kind) == .task
    }

    private static func starts(_ verb: Request.Verb) -> Bool {
        switch verb {
        case .apply, .start, .restart, .scale: true
        case .plan, .stop, .reload, .signal, .status, .events, .flush, .down, .attach, .resume, .upgrade: false
        }
    }

    private static func isEnd(_ reason: String) -> Bool {
        reason.hasPrefix("exited with") || reason.hasPrefix("terminated with")
    }

    /// The report for scripts.
    static func json(_ result: OrderRunner.Result) -> JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("outcomes", JSONValue.array(result.outcomes.map(\.json)))
        if !result.changes.isEmpty { builder.add("changes", JSONValue.array(result.changes.map(\.json))) }
        builder.add("revision", result.revision)
        builder.add("unstored", result.unstored)
        return builder.object
    }
}
