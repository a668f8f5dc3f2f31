import HobSupervisorCore

/// The variables that a text may use: the nearest definition wins.
struct VariableScope: Sendable {
    /// The service's own environment.
    var own: [String: ExpandedText] = [:]
    /// What differs between instances, and is filled in when one starts.
    var marks: Set<Template.Variable> = []
    /// The environment of `hob` over the `.env` file beside the configuration.
    var environment: [String: String] = [:]
    /// Whether a shell reads the text afterwards, and may want a variable for itself.
    var isShellText = false

    /// The value of a variable; nil when it is not set.
    func value(of name: String) -> ExpandedText? {
        if let text = own[name] { return text }
        if let mark = Template.Variable(rawValue: name), marks.contains(mark) {
            var text = ExpandedText()
            text.append(mark: name)
            return text
        }
        return environment[name].map { ExpandedText(literal: $0) }
    }

    /// What a person can do about a variable that is not set.
    func remedy(for name: String) -> String {
        var ways = ["write ${\(name):-default}", "set it in .env"]
        if name == Template.Variable.port.rawValue, !marks.isEmpty { ways.insert("give the service a 'port:'", at: 0) }
        if isShellText { ways.append("write $${\(name)} for the shell's own") }
        return ways.dropLast().joined(separator: ", ") + " or " + (ways.last ?? "")
    }
}
