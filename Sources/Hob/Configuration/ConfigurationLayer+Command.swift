extension ConfigurationLayer {
    /// What flags of their own say, then `--set key=value`; of several for one key the last counts.
    init(flags: [ConfigurationFlag] = [], overrides: [String], keys: DeclaredKeys) {
        self.init()
        for flag in flags {
            // Only Hob's own keys have flags, and they are always declared.
            guard let meaning = keys.meaning(of: flag.key) else { continue }
            add(flag.key, meaning, .words(flag.value), .commandLine(flag.name), replacing: true)
        }
        for override in overrides {
            guard let equals = override.firstIndex(of: "="), equals != override.startIndex else {
                let shown = WrittenValue.shortened(override)
                refuse(.commandLine("--set \(shown)"), "'\(shown)' sets nothing", "write --set key=value")
                continue
            }
            let name = String(override[..<equals])
            let origin = ConfigurationOrigin.commandLine("--set \(WrittenValue.shortened(name))")
            guard let meaning = keys.meaning(of: name) else {
                refuse(origin, "unknown key '\(WrittenValue.shortened(name))'", Self.suggestion(name, keys))
                continue
            }
            if case .value(let key) = meaning, key.isSecret {
                refuse(
                    origin, "'\(name)' is secret, and everybody on this machine can read a command line",
                    "use \(keys.variable(of: name)) or --set \(name)_file=PATH")
                continue
            }
            add(name, meaning, .words(String(override[override.index(after: equals)...])), origin, replacing: true)
        }
    }

    /// What the environment says: the variables that begin with the daemon's name.
    init(variables: [String: String], keys: DeclaredKeys) {
        self.init()
        for (variable, value) in variables.sorted(by: { $0.key < $1.key }) where variable.hasPrefix(keys.variablePrefix)
        {
            let origin = ConfigurationOrigin.variable(variable)
            if let name = keys.name(ofVariable: variable), let meaning = keys.meaning(of: name) {
                add(name, meaning, .words(value), origin)
            } else if !keys.isShared(variable: variable),
                !Self.isForeign(variable, value, prefix: keys.variablePrefix)
            {
                refuse(
                    origin, "no key is called like this variable",
                    keys.suggestion(forVariable: variable) ?? "remove it, or declare its key")
            }
        }
    }

    /// What variables say that keys share with other programs.
    init(sharedVariables variables: [String: String], keys: DeclaredKeys) {
        self.init()
        for key in keys.all {
            guard let variable = key.variable, let value = variables[variable] else { continue }
            add(key.name, .value(key), .words(value), .variable(variable))
        }
    }

    private static func suggestion(_ name: String, _ keys: DeclaredKeys) -> String {
        guard keys.isSection(name) else { return keys.suggestion(for: name) }
        return "set one of its keys: " + keys.children(of: name).map { "\(name).\($0)" }.joined(separator: ", ")
    }

    /// Kubernetes gives every container variables that are named after each service of the namespace, which may well be
    /// called like this daemon; and `HOB_` belongs to Hob itself.
    private static func isForeign(_ variable: String, _ value: String, prefix: String) -> Bool {
        if variable.hasPrefix("HOB_") { return true }
        let words = variable.dropFirst(prefix.utf8.count).split(separator: "_")
        switch words.first {
        case "SERVICE": return words.count >= 2 && (words[1] == "HOST" || words[1] == "PORT")
        case "PORT": return words.count >= 3 ? Int(words[1]) != nil : value.contains("://")
        default: return false
        }
    }
}
