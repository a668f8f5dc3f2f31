import HobPolicy
import HobProtocol

/// The table of `hob status`: one line per instance.
struct StatusTable {
    /// The lines; `width` is the terminal's, nil where there is none.
    static func lines(_ statuses: [InstanceStatus], width: Int?, style: Style) -> [String] {
        var table = TextTable([
            TextTable.Column(title: "NAME"), TextTable.Column(title: "STATE"),
            TextTable.Column(title: "PID", isNumeric: true), TextTable.Column(title: "UPTIME", isNumeric: true),
            TextTable.Column(title: "RESTARTS", isNumeric: true), TextTable.Column(title: "PORT", isNumeric: true),
            TextTable.Column(title: "NOTE"),
        ])
        for status in statuses {
            table.rows.append([
                TextTable.Cell(status.instance),
                TextTable.Cell(status.state.rawValue, color(of: status)),
                TextTable.Cell(status.pid.map { String($0) } ?? "–"),
                TextTable.Cell(status.uptime.map(TimeText.span) ?? "–"),
                TextTable.Cell(String(status.restarts)),
                TextTable.Cell(status.port.map { String($0) } ?? "–"),
                TextTable.Cell(note(of: status), .dim),
            ])
        }
        return table.lines(width: width, style: style)
    }

    /// Green is as wanted, yellow on its way, red needs a person.
    static func color(of status: InstanceStatus) -> Style.Color? {
        switch status.state {
        case .running, .ready, .done: .green
        case .waiting, .starting, .stopping: .yellow
        case .backingOff, .failed: .red
        case .stopped: status.wanted == .up ? .red : .dim
        }
    }

    /// What a person would ask next about this instance, in a few words.
    static func note(of status: InstanceStatus) -> String {
        var parts: [String] = []
        if let reason = status.reason {
            parts.append(reason)
        } else if !status.state.isUp, status.state != .done, let end = status.lastExit, status.state != .stopped {
            parts.append(end.text)
        } else if !status.waitsFor.isEmpty, status.state == .waiting {
            parts.append("waits for " + status.waitsFor.joined(separator: ", "))
        }
        if let next = status.next {
            parts.append(status.nextIn.map { "\(next) in \(TimeText.elapsed($0))" } ?? next)
        }
        if parts.isEmpty, let text = status.statusText { parts.append(text) }
        if let trouble = status.logTrouble { parts.append("log: \(trouble)") }
        if !status.leftovers.isEmpty {
            parts.append("left over: pid " + status.leftovers.map { String($0) }.joined(separator: ", "))
        }
        return parts.map(printable).joined(separator: "; ")
    }

    /// Control characters come from services and would move the cursor.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? " " : $0 }))
    }
}
