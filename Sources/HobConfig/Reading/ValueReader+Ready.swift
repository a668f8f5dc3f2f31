import Glibc
import HobPolicy
import HobSupervisorCore
import HobYAML

extension ValueReader {
    /// How it is known that a service may be used.
    func readiness(_ field: Field) -> ReadinessDefinition? {
        guard let fields = fields(of: field, .ready) else { return nil }
        let kinds = fields.names.filter { KeyTable.ready.exactlyOne.contains($0) }
        guard let name = kinds.first, let evidence = fields[name] else {
            fail(
                field, "it names no evidence",
                suggestion: "write one of \(KeyTable.ready.exactlyOne.joined(separator: ", "))")
            return nil
        }
        if kinds.count > 1, let second = fields[kinds[1]] {
            fail(second, "'\(name)' is there already", suggestion: "keep one of them")
            return nil
        }
        for (key, only) in [("status", "http"), ("limit", "exec")] where name != only {
            if let stray = fields[key] { fail(stray, "it belongs to '\(only)' only", suggestion: "remove it") }
        }
        let timeout = fields["timeout"].map { duration($0, example: "60s") } ?? .seconds(60)
        guard let kind = kind(name, evidence, fields), let timeout else { return nil }
        return ReadinessDefinition(kind: kind, timeout: timeout)
    }

    private func kind(_ name: String, _ field: Field, _ fields: Fields) -> ReadinessDefinition.Kind? {
        switch name {
        case "tcp":
            return template(field, expecting: "host:port").flatMap { endpoints(of: $0.source, field) }.map { .tcp($0) }
        case "unix":
            guard let path = template(field, expecting: "a path") else { return nil }
            guard !path.source.isEmpty else {
                fail(field, "it is empty", suggestion: "write the path of the socket")
                return nil
            }
            return .unix(path)
        case "http": return http(field, status: fields["status"])
        case "exec":
            let limit = fields["limit"].map { duration($0, example: "5s") } ?? .seconds(5)
            guard let command = command(field), let limit else { return nil }
            return .exec(command, limit: limit)
        case "log": return logPattern(field).map { .log(pattern: $0) }
        case "notify":
            guard let flag = boolean(field) else { return nil }
            guard flag else {
                fail(field, "false says nothing", suggestion: "write 'notify: true', or other evidence")
                return nil
            }
            return .notify
        case "fd":
            // 0, 1 and 2 are the standard ones; more than a few are never passed.
            return integer(field, in: 3...1_023).map { .descriptor(Int32($0)) }
        default: return duration(field, example: "2s", canBeZero: true).map { .settle($0) }
        }
    }

    // MARK: - Sockets

    /// `host:port`, `[address]:port`, `:port` or a port.
    private func endpoints(of source: String, _ field: Field) -> [ReadinessDefinition.Endpoint]? {
        let form = "write a port, or host:port such as 127.0.0.1:8080"
        var host = ""
        var port = source
        if source.hasPrefix("[") {
            guard let close = source.firstIndex(of: "]"), source[source.index(after: close)...].hasPrefix(":") else {
                fail(field, "'\(Self.shortened(source))' has no port", suggestion: "write [::1]:8080")
                return nil
            }
            host = String(source[source.index(after: source.startIndex)..<close])
            port = String(source[close...].dropFirst(2))
        } else if let colon = source.lastIndex(of: ":") {
            host = String(source[..<colon])
            port = String(source[source.index(after: colon)...])
            guard !host.contains(":") else {
                fail(field, "'\(Self.shortened(source))' is not host:port", suggestion: "write [address]:port for IPv6")
                return nil
            }
        } else if !source.contains("$"), Int(source) == nil {
            fail(field, "'\(Self.shortened(source))' has no port", suggestion: form)
            return nil
        }
        guard let port = self.port(port, field), let addresses = addresses(of: host, field) else { return nil }
        return addresses.map { ReadinessDefinition.Endpoint(address: $0, port: port) }
    }

    private func port(_ source: String, _ field: Field) -> Template? {
        let template = Template(source: source)
        if template.isPerInstance {
            // A number around the mark is fine (`1${INSTANCE}`); what comes out is checked for the first instance.
            let first = template.resolved(for: InstanceIdentity(service: "", index: 1, name: "name", port: 1))
            if let number = Int(first), (1...65_535).contains(number) { return template }
        } else if let number = Int(source), (1...65_535).contains(number) {
            return template
        }
        fail(field, "'\(Self.shortened(source))' is not a port from 1 to 65535")
        return nil
    }

    private func addresses(of host: String, _ field: Field) -> [String]? {
        guard !host.contains("$") else {
            fail(
                field, "the host '\(Self.shortened(host))' differs between instances",
                suggestion: "let only the port differ")
            return nil
        }
        if host.isEmpty || host == "localhost" { return ["127.0.0.1", "::1"] }
        if isNumeric(host, AF_INET) || isNumeric(host, AF_INET6) { return [host] }
        switch context.addresses(of: host) {
        case .success(let addresses): return addresses
        case .failure(let error):
            fail(
                field, "host '\(Self.shortened(host))' has no address: \(error.reason)",
                suggestion: "correct it, or write a numeric address")
            return nil
        }
    }

    private func isNumeric(_ host: String, _ family: Int32) -> Bool {
        // Large enough for both families.
        withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { buffer in
            inet_pton(family, host, buffer.baseAddress) == 1
        }
    }

    private func http(_ field: Field, status: Field?) -> ReadinessDefinition.Kind? {
        let statuses = status.map { self.statuses($0) } ?? 200...399
        guard let text = expanded(field, expecting: "a URL") else { return nil }
        let source = text.template
        let example = "http://127.0.0.1:8080/healthz"
        guard source.hasPrefix("http://") else {
            let isSecure = source.hasPrefix("https://")
            fail(
                field, isSecure ? "https cannot be probed" : "'\(Self.shortened(text.plain))' is no http URL",
                suggestion: isSecure ? "write 'exec: curl -fsS …', or an http URL" : "write one such as \(example)")
            return nil
        }
        guard source.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            fail(field, "a URL holds no blanks and only ASCII", suggestion: "write others as %20 and the like")
            return nil
        }
        let rest = source.dropFirst("http://".count).prefix { $0 != "#" }
        let authority = String(rest.prefix { $0 != "/" && $0 != "?" })
        var path = String(rest.dropFirst(authority.count))
        if !path.hasPrefix("/") { path = "/" + path }
        guard !authority.contains("@") else {
            fail(field, "it holds a user", suggestion: "write 'exec: curl …' for a URL with a password")
            return nil
        }
        let hasPort = authority.hasPrefix("[") ? authority.contains("]:") : authority.contains(":")
        let endpoints = endpoints(of: hasPort ? authority : authority + ":80", field)
        guard let endpoints, let statuses else { return nil }
        return .http(
            endpoints, host: Template(source: authority.isEmpty ? "localhost" : authority),
            path: Template(source: path), statuses: statuses)
    }

    private func statuses(_ field: Field) -> ClosedRange<Int>? {
        guard let text = plain(field, expecting: "a status or a range such as 200..299") else { return nil }
        let valid = 100...599
        let bounds = text.firstRange(of: "..").map { [text[..<$0.lowerBound], text[$0.upperBound...]] } ?? [text[...]]
        let numbers = bounds.compactMap { Int($0) }
        guard numbers.count == bounds.count, numbers.allSatisfy(valid.contains), let low = numbers.first,
            let high = numbers.last, low <= high
        else {
            fail(
                field, "'\(Self.shortened(text))' is no status from 100 to 599",
                suggestion: "write 200, or a range such as 200..299")
            return nil
        }
        return low...high
    }

    // MARK: - Log

    /// A POSIX extended regular expression, compiled once to see whether it is one.
    func logPattern(_ field: Field) -> String? {
        guard let pattern = plain(field, expecting: "a regular expression") else { return nil }
        guard !pattern.isEmpty, pattern.utf8.count <= 1_024 else {
            fail(
                field, pattern.isEmpty ? "it is empty, which every line matches" : "it is longer than 1024 bytes",
                suggestion: "write what the line says when it is ready")
            return nil
        }
        var compiled = regex_t()
        let code = regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB)
        guard code == 0 else {
            var text = [CChar](repeating: 0, count: 256)
            regerror(code, &compiled, &text, text.count)
            let reason = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            fail(
                field, "'\(Self.shortened(pattern))' is no POSIX extended regular expression",
                suggestion: reason.prefix(1).lowercased() + reason.dropFirst())
            return nil
        }
        regfree(&compiled)
        return pattern
    }
}
