import HobProtocol

/// The answer of `hob plan`, and the report of what `hob up` changed.
struct PlanText {
    /// One line per service that changes, and a closing line that counts them.
    static func lines(_ changes: [Change], style: Style) -> [String] {
        let real = changes.filter { $0.kind != .unchanged }
        let unchanged = changes.count - real.count
        guard !real.isEmpty else {
            return ["nothing to change" + (unchanged > 0 ? " (\(count(unchanged, "service")) as described)" : "")]
        }
        var parts: [String] = []
        let groups: [([Change.Kind], String)] = [
            ([.add], "to add"), ([.restart, .update, .scale], "to change"), ([.remove], "to remove"),
        ]
        for (kinds, verb) in groups {
            let number = real.filter { kinds.contains($0.kind) }.count
            if number > 0 { parts.append("\(number) \(verb)") }
        }
        if unchanged > 0 { parts.append("\(unchanged) unchanged") }
        return real.map { line($0, style: style) } + [parts.joined(separator: ", ")]
    }

    /// What happens to one service.
    static func line(_ change: Change, style: Style) -> String {
        let keys = change.keys.isEmpty ? "" : ": " + change.keys.joined(separator: ", ")
        switch change.kind {
        case .add:
            let number = change.after.map { $0 == 1 ? "" : " (\(count($0, "instance")))" } ?? ""
            return style.paint("+ \(change.service)", .green) + number
        case .remove: return style.paint("- \(change.service)", .red)
        case .restart: return style.paint("~ \(change.service)", .yellow) + " restarts\(keys)\(scale(change))"
        case .update: return style.paint("~ \(change.service)", .yellow) + " goes on\(keys)\(scale(change))"
        case .scale: return style.paint("~ \(change.service)", .yellow) + " instances\(scale(change))"
        case .unchanged: return style.paint("  \(change.service)", .dim)
        }
    }

    private static func scale(_ change: Change) -> String {
        guard let before = change.before, let after = change.after, before != after else { return "" }
        return " (\(before) → \(after))"
    }

    static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
