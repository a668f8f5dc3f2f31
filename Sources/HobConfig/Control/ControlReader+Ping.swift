import HobYAML

/// The forms of a ping.
extension ControlReader {
    private static let forms = "write tcp:HOST:PORT, unix:PATH, http://HOST:PORT/PATH or exec:COMMAND"

    /// `tcp:localhost:80` and its kind, or a mapping with one key.
    func ping(_ field: Field) -> ControlSettings.Ping? {
        guard case .scalar(let text, _) = field.node.content else { return pingTable(field) }
        let kind = String(text.prefix { $0 != ":" })
        let rest = String(text.dropFirst(kind.utf8.count + 1))
        func inner(_ text: String) -> Field {
            Field(name: field.name, node: YAMLNode(content: .scalar(text, isPlain: false), place: field.place))
        }
        switch kind {
        case "tcp" where !rest.isEmpty: return tcp(inner(rest))
        case "unix" where !rest.isEmpty: return unix(inner(rest))
        case "http" where rest.hasPrefix("//"), "https": return http(inner(text))
        case "http" where !rest.isEmpty: return http(inner(rest))
        case "exec" where !rest.isEmpty: return command(inner(rest)).map { .command($0) }
        default:
            values.fail(field, "'\(ValueReader.shortened(text))' is no ping", suggestion: Self.forms)
            return nil
        }
    }

    private func pingTable(_ field: Field) -> ControlSettings.Ping? {
        guard let fields = values.fields(of: field, .controlPing) else { return nil }
        guard let name = fields.names.first, let inner = fields[name] else {
            // A key that was written wrong has been reported.
            if field.node.entries?.isEmpty ?? true {
                values.fail(field, "it names nothing to ask", suggestion: Self.forms)
            }
            return nil
        }
        if fields.names.count > 1, let second = fields[fields.names[1]] {
            values.fail(second, "'\(name)' is there already", suggestion: "keep one of them")
            return nil
        }
        switch name {
        case "tcp": return tcp(inner)
        case "unix": return unix(inner)
        case "http": return http(inner)
        default: return commandOrTable(inner).map { .command($0) }
        }
    }

    private func tcp(_ field: Field) -> ControlSettings.Ping? {
        guard let text = values.plain(field, expecting: "host:port") else { return nil }
        return endpoint(text, field).map { .tcp(host: $0.host, port: $0.port) }
    }

    private func unix(_ field: Field) -> ControlSettings.Ping? {
        guard let path = path(field) else { return nil }
        // The kernel's own limit, zero byte included, is 108.
        guard path.utf8.count <= 107 else {
            values.fail(
                field, "'\(ValueReader.shortened(path))' is longer than 107 bytes, which no socket's path can be",
                suggestion: "move it up")
            return nil
        }
        return .unix(path)
    }

    private func http(_ field: Field) -> ControlSettings.Ping? {
        guard let text = values.plain(field, expecting: "a URL") else { return nil }
        guard text.hasPrefix("http://") else {
            let isSecure = text.hasPrefix("https:")
            values.fail(
                field, isSecure ? "https cannot be asked" : "'\(ValueReader.shortened(text))' is no http URL",
                suggestion: isSecure ? "write exec:curl -fsS …, or an http URL" : "write http://HOST:PORT/PATH")
            return nil
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            values.fail(field, "a URL holds no blanks and only ASCII", suggestion: "write others as %20 and the like")
            return nil
        }
        let authority = String(text.dropFirst(7).prefix { !"/?#".contains($0) })
        guard !authority.contains("@") else {
            values.fail(field, "it holds a user", suggestion: "write exec:curl … for a URL with a password")
            return nil
        }
        let hasPort = authority.hasPrefix("[") ? authority.contains("]:") : authority.contains(":")
        guard !authority.isEmpty, !authority.hasPrefix(":") else {
            values.fail(field, "it names no host", suggestion: "write http://HOST:PORT/PATH")
            return nil
        }
        return endpoint(hasPort ? authority : authority + ":80", field).map { _ in .http(text) }
    }

    /// `host:port`, `[address]:port`, `:port` or a port of this machine.
    private func endpoint(_ text: String, _ field: Field) -> (host: String, port: UInt16)? {
        let shown = ValueReader.shortened(text)
        var host = ""
        var port = text[...]
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]"), text[close...].hasPrefix("]:") else {
                values.fail(field, "'\(shown)' has no port", suggestion: "write [::1]:8080")
                return nil
            }
            host = String(text[..<close].dropFirst())
            port = text[close...].dropFirst(2)
        } else if let colon = text.lastIndex(of: ":") {
            host = String(text[..<colon])
            port = text[colon...].dropFirst()
            guard !host.contains(":") else {
                values.fail(field, "'\(shown)' is not host:port", suggestion: "write [address]:port for IPv6")
                return nil
            }
        } else if Int(text) == nil {
            values.fail(field, "'\(shown)' has no port", suggestion: "write host:port such as localhost:8080")
            return nil
        }
        guard let number = UInt16(port), number > 0, port.allSatisfy(\.isNumber) else {
            values.fail(field, "'\(ValueReader.shortened(String(port)))' is not a port from 1 to 65535")
            return nil
        }
        return (host.isEmpty ? "localhost" : host, number)
    }
}
