import HobProtocol

/// What an order came to for one instance, as a sentence.
struct OutcomeLine {
    /// The sentence.
    var text: String
    /// Whether it belongs on standard error.
    var isComplaint: Bool

    init(_ outcome: Outcome, verb: Request.Verb, style: Style = .plain) {
        let name = style.paint(outcome.instance, .bold)
        let pid = outcome.pid.map { "pid \($0)" }
        let time = outcome.elapsed.map(TimeText.elapsed)
        let facts = [pid, time.map { "after \($0)" }].compactMap { $0 }.joined(separator: ", ")
        let behind = facts.isEmpty ? "" : " (\(facts))"
        let reason = outcome.message.map { ": " + StatusTable.printable($0) } ?? ""
        isComplaint = false
        switch outcome.kind {
        case .started:
            text = "\(name) \(verb == .restart ? "restarted" : "started")\(behind)"
        case .alreadyUp:
            text = "\(name) is already running" + (pid.map { " (\($0))" } ?? "")
        case .completed:
            let status = outcome.status ?? 0
            text = "\(name) is done\(behind)"
            if status != 0 {
                text = "\(name) ended with status \(status)" + (time.map { " (after \($0))" } ?? "")
                isComplaint = true
            }
        case .stopped:
            text = "\(name) stopped" + (time.map { " (after \($0))" } ?? "")
        case .killed:
            text = "\(name) did not stop by itself and was killed" + (time.map { " (after \($0))" } ?? "") + reason
            isComplaint = true
        case .alreadyDown:
            text = "\(name) is not running"
        case .accepted:
            text = "\(name): \(Self.word(verb)) ordered"
        case .reloaded:
            text = "\(name) reloaded\(behind)"
        case .signaled:
            text = "\(name) was sent the signal" + (pid.map { " (\($0))" } ?? "")
        case .flushed:
            text = "\(name): its log is complete"
        case .failed:
            text = "\(name) failed\(reason)"
            isComplaint = true
        case .refused:
            text = "\(name) refused to stop\(reason); --force stops it all the same"
            isComplaint = true
        case .timedOut:
            let sofar = time.map { " after \($0)" } ?? ""
            text = "\(name) is not \(Self.goal(verb)) yet\(sofar)\(reason); the supervisor goes on"
            isComplaint = true
        case .superseded:
            text = "\(name): another order came in between\(reason)"
            isComplaint = true
        }
    }

    private static func word(_ verb: Request.Verb) -> String {
        switch verb {
        case .apply: "start"
        default: verb.rawValue
        }
    }

    private static func goal(_ verb: Request.Verb) -> String {
        switch verb {
        case .stop, .down: "stopped"
        case .reload: "reloaded"
        default: "ready"
        }
    }
}
