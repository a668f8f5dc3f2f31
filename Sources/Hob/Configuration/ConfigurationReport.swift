/// What `config` prints: every key with its effective value and where that comes from, secrets masked.
struct ConfigurationReport {
    let snapshot: ConfigurationSnapshot

    /// A table for people.
    var text: String {
        var rows = [("environment", snapshot.environment.rawValue, snapshot.environmentOrigin.description)]
        for value in snapshot.all {
            rows.append((value.declaration.name, value.shown, value.origin.description))
        }
        let keyWidth = rows.map { $0.0.count }.max() ?? 0
        // One long value shall not push all origins out of sight.
        let valueWidth = rows.map { $0.1.count }.filter { $0 <= 40 }.max() ?? 0
        return rows.map { "\(padded($0.0, keyWidth))  \(padded($0.1, valueWidth))  \($0.2)\n" }.joined()
    }

    /// One JSON object for programs.
    var json: String {
        let keys = snapshot.all.map { value in
            let key = value.declaration
            var members = [
                ("key", quoted(key.name)), ("value", key.isSecret ? masked(value) : json(value.typed.content)),
                ("origin", json(value.origin)), ("reloads", "\(key.reloads)"), ("secret", "\(key.isSecret)"),
                ("locked", "\(key.isLocked)"), ("required", "\(key.isRequired)"),
            ]
            if !key.help.isEmpty { members.append(("help", quoted(key.help))) }
            return "    " + object(members)
        }
        return """
            {
              "environment": \(quoted(snapshot.environment.rawValue)),
              "environment_origin": \(json(snapshot.environmentOrigin)),
              "keys": [\(keys.isEmpty ? "" : "\n" + keys.joined(separator: ",\n") + "\n  ")]
            }

            """
    }

    private func masked(_ value: ConfigurationResolver.Resolved) -> String {
        value.typed.content == .nothing ? "null" : quoted(value.shown)
    }

    private func json(_ content: ConfigurationContent) -> String {
        switch content {
        case .nothing: "null"
        case .string(let text): quoted(text)
        case .int, .double, .bool: content.text
        case .list(let elements): "[\(elements.map(quoted).joined(separator: ", "))]"
        }
    }

    private func json(_ origin: ConfigurationOrigin) -> String {
        switch origin {
        case .defaultValue: object([("kind", quoted("default"))])
        case .file(let path, let line, let column):
            object([("kind", quoted("file")), ("file", quoted(path)), ("line", "\(line)"), ("column", "\(column)")])
        case .variable(let name): object([("kind", quoted("variable")), ("variable", quoted(name))])
        case .commandLine(let flag): object([("kind", quoted("command-line")), ("flag", quoted(flag))])
        case .secretFile(let path, let namer):
            object([("kind", quoted("secret-file")), ("file", quoted(path)), ("named_by", json(namer))])
        case .program: object([("kind", quoted("program"))])
        case .declaration: object([("kind", quoted("declaration"))])
        }
    }

    private func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\(quoted($0.0)): \($0.1)" }.joined(separator: ", ") + "}"
    }

    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
    }
}
