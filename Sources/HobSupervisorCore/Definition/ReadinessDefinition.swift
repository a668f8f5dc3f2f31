import HobPolicy
package import HobProtocol

/// How it is known that a service may be used.
package struct ReadinessDefinition: Hashable, Sendable, JSONCodable {
    /// Where a socket is looked for.
    package struct Endpoint: Hashable, Sendable, JSONCodable {
        /// A numeric IPv4 or IPv6 address; `hob` has resolved names before.
        package var address: String
        /// The port, which may differ between instances.
        package var port: Template

        /// Makes an endpoint.
        package init(address: String, port: Template) {
            self.address = address
            self.port = port
        }

        package var json: JSONValue {
            .object([JSONMember("address", .string(address)), JSONMember("port", port.json)])
        }

        package init(json: JSONValue) throws(JSONError) {
            let reader = try JSONObjectReader(json, as: "endpoint")
            address = try reader.text("address")
            port = try reader.nested("port")
        }
    }

    /// The kinds of evidence.
    package enum Kind: Hashable, Sendable {
        /// None is declared: it counts as up once it has lived so long.
        case settle(Duration)
        /// One of these addresses accepts a connection (`localhost` is both loopbacks).
        case tcp([Endpoint])
        /// The Unix socket at this path accepts a connection.
        case unix(Template)
        /// One of these addresses answers GET with a status in the range.
        case http([Endpoint], host: Template, path: Template, statuses: ClosedRange<Int>)
        /// The command exits with status 0; each try has its own time limit.
        case exec(CommandLine, limit: Duration)
        /// A line of its log matches this POSIX extended regular expression.
        case log(pattern: String)
        /// It sends READY=1 to $NOTIFY_SOCKET.
        case notify
        /// It writes a line to this descriptor.
        case descriptor(Int32)
    }

    /// The evidence.
    package var kind: Kind
    /// A process that is not ready by then is ended, and the start counts as failed.
    package var timeout: Duration

    /// Makes a readiness definition.
    package init(kind: Kind, timeout: Duration = .seconds(60)) {
        self.kind = kind
        self.timeout = timeout
    }

    /// What holds for a service that declares nothing.
    package static let undeclared = ReadinessDefinition(kind: .settle(.milliseconds(250)))

    /// Whether anything was declared: without, a service is `running`, never `ready`.
    package var isDeclared: Bool {
        if case .settle = kind { false } else { true }
    }

    /// What to say of a start that took too long.
    var lateness: String { "not ready within \(timeout.brief)" }

    /// The evidence in a few words, for messages.
    package func summary(for identity: InstanceIdentity) -> String {
        func place(_ endpoints: [Endpoint]) -> String {
            endpoints.map { endpoint in
                let address = endpoint.address.contains(":") ? "[\(endpoint.address)]" : endpoint.address
                return "\(address):\(endpoint.port.resolved(for: identity))"
            }.joined(separator: " or ")
        }
        switch kind {
        case .settle(let time): return "up for \(time.brief)"
        case .tcp(let endpoints): return "a connection to \(place(endpoints))"
        case .unix(let path): return "a connection to \(path.resolved(for: identity))"
        case .http(let endpoints, _, let path, let statuses):
            return "status \(statuses.lowerBound)–\(statuses.upperBound) from http://\(place(endpoints))"
                + path.resolved(for: identity)
        case .exec(let command, _): return "success of '\(command.resolved(for: identity).joined(separator: " "))'"
        case .log(let pattern): return "a log line that matches /\(pattern)/"
        case .notify: return "READY=1"
        case .descriptor(let number): return "a line on descriptor \(number)"
        }
    }

    package var json: JSONValue {
        var builder = JSONObjectBuilder()
        switch kind {
        case .settle(let time): builder.add("settle", time.json)
        case .tcp(let endpoints): builder.add("tcp", JSONValue.array(endpoints.map(\.json)))
        case .unix(let path): builder.add("unix", path.json)
        case .http(let endpoints, let host, let path, let statuses):
            builder.add("http", JSONValue.array(endpoints.map(\.json)))
            builder.add("host", host.json)
            builder.add("path", path.json)
            builder.add("from", statuses.lowerBound)
            builder.add("to", statuses.upperBound)
        case .exec(let command, let limit):
            builder.add("exec", command.json)
            builder.add("limit", limit.json)
        case .log(let pattern): builder.add("log", pattern)
        case .notify: builder.add("notify", true)
        case .descriptor(let number): builder.add("descriptor", number)
        }
        builder.add("timeout", timeout.json)
        return builder.object
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "ready")
        timeout = try reader.duration("timeout")
        if let time = try reader.optionalDuration("settle") {
            kind = .settle(time)
        } else if reader.optional("tcp") != nil {
            kind = .tcp(try reader.array("tcp"))
        } else if let path: Template = try reader.optionalNested("unix") {
            kind = .unix(path)
        } else if reader.optional("http") != nil {
            let from: Int = try reader.integer("from")
            let to: Int = try reader.integer("to")
            guard from <= to else { throw reader.wrong("from", "at most 'to'") }
            kind = .http(
                try reader.array("http"), host: try reader.nested("host"), path: try reader.nested("path"),
                statuses: from...to)
        } else if let command: CommandLine = try reader.optionalNested("exec") {
            kind = .exec(command, limit: try reader.duration("limit"))
        } else if let pattern = try reader.optionalText("log") {
            kind = .log(pattern: pattern)
        } else if try reader.flag("notify") {
            kind = .notify
        } else {
            kind = .descriptor(try reader.integer("descriptor"))
        }
    }
}
