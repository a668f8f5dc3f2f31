package import HobProtocol

/// A program and its words, ready for execve: no shell is involved unless it is the program.
package struct CommandLine: Hashable, Sendable, JSONCodable {
    /// The program (searched in PATH when it has no slash) and its arguments; never empty.
    package var words: [Template]

    /// Makes a command.
    package init(words: [Template]) {
        self.words = words
    }

    package var json: JSONValue { .array(words.map(\.json)) }

    package init(json: JSONValue) throws(JSONError) {
        guard let elements = json.elements, !elements.isEmpty else {
            throw JSONError(.wrongType, "command: expected an array with at least one word")
        }
        var words: [Template] = []
        words.reserveCapacity(elements.count)
        for element in elements { words.append(try Template(json: element)) }
        self.words = words
    }

    /// The words for one instance.
    package func resolved(for identity: InstanceIdentity) -> [String] {
        words.map { $0.resolved(for: identity) }
    }
}

/// A command that helps a service along, with the time it may take.
package struct HookDefinition: Hashable, Sendable, JSONCodable {
    /// What to run, as the service's user, in its directory, with its environment.
    package var command: CommandLine
    /// After this the hook's whole tree is killed and the hook counts as failed.
    package var timeout: Duration

    /// Makes a hook.
    package init(command: CommandLine, timeout: Duration = .seconds(30)) {
        self.command = command
        self.timeout = timeout
    }

    package var json: JSONValue {
        .object([JSONMember("command", command.json), JSONMember("timeout", timeout.json)])
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "hook")
        command = try reader.nested("command")
        timeout = try reader.duration("timeout")
    }
}
