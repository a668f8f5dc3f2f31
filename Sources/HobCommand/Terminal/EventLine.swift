import HobClient
import HobProtocol

/// One line of `hob events`.
struct EventLine {
    /// The line with time and number.
    static func text(_ event: EventRecord, style: Style) -> String {
        let stamp = style.paint("\(RFC3339.format(event.time)) #\(event.sequence)", .dim)
        let name = event.instance.map { " " + style.paint($0, .bold) } ?? ""
        return "\(stamp)\(name) \(summary(event, style: style))"
    }

    /// What happened, without time, number and name.
    static func summary(_ event: EventRecord, style: Style = .plain) -> String {
        let message = event.message.map(StatusTable.printable)
        let pid = event.pid.map { "pid \($0)" }
        switch event.kind {
        case .state:
            guard let state = event.state else { return message ?? "changed" }
            let word = style.paint(state.rawValue, color(of: state))
            return word + (message.map { ": \($0)" } ?? pid.map { " (\($0))" } ?? "")
        case .spawned:
            return "started" + (pid.map { " as \($0)" } ?? "") + (message.map { ": \($0)" } ?? "")
        case .exited:
            return (message ?? "ended") + (pid.map { " (\($0))" } ?? "")
        case .signaled:
            return (message ?? "was sent a signal") + (pid.map { " (\($0))" } ?? "")
        case .hook:
            return message ?? "a hook ran"
        case .applied:
            return "definitions applied" + (message.map { ": \($0)" } ?? "")
        case .warning:
            return style.paint("warning", .yellow) + (message.map { ": \($0)" } ?? "")
        }
    }

    private static func color(of state: ActualState) -> Style.Color {
        switch state {
        case .running, .ready, .done: .green
        case .waiting, .starting, .stopping: .yellow
        case .backingOff, .failed: .red
        case .stopped: .dim
        }
    }
}
