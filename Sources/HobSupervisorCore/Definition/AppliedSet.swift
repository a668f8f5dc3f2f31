package import HobProtocol

/// All definitions of a scope as they were last applied, and what they have in common.
package struct AppliedSet: Hashable, Sendable {
    /// The base environment, captured at the first `up` and kept: `NAME=value`, sorted.
    package var environment: [String]
    /// The definitions, in the order of the file.
    package var services: [ServiceDefinition]

    /// Makes a set.
    package init(environment: [String] = [], services: [ServiceDefinition] = []) {
        self.environment = environment
        self.services = services
    }

    /// The set as lines: the base environment first, then one definition each; what `apply` sends and what is stored.
    package var lines: [JSONValue] {
        [.object([JSONMember("environment", .strings(environment))])] + services.map(\.json)
    }

    /// The lines as they are stored.
    package var bytes: [UInt8] { lines.reduce(into: []) { $0 += JSONWriter.line(of: $1) } }

    /// Reads the lines of a set.
    package init(lines: some Sequence<JSONValue>) throws(JSONError) {
        self.init()
        for (index, line) in lines.enumerated() { try take(line, isFirst: index == 0) }
    }

    /// Reads one line more; line by line, a large set leaves no holes in the heap.
    package mutating func take(_ line: JSONValue, isFirst: Bool) throws(JSONError) {
        if isFirst {
            environment = try JSONObjectReader(line, as: "applied set").texts("environment")
        } else {
            var service = try ServiceDefinition(json: line)
            if let last = services.last { service.share(with: last) }
            services.append(service)
        }
    }
}
