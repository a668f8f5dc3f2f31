package import HobPolicy
package import HobProtocol

/// How a service is ended: a command first if there is one, then the ladder, then SIGKILL to the whole tree.
package struct StopDefinition: Hashable, Sendable, JSONCodable {
    /// Asks the service to go; its time limit is the wait for the service to be gone before the ladder begins.
    package var command: HookDefinition?
    /// The signals.
    package var sequence: StopSequence

    /// Makes a stop definition.
    package init(command: HookDefinition? = nil, sequence: StopSequence = .standard) {
        self.command = command
        self.sequence = sequence
    }

    package var json: JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("command", command?.json)
        builder.add(
            "steps",
            JSONValue.array(
                sequence.steps.map { .array([.integer(Int64($0.signal)), $0.patience.json]) }))
        return builder.object
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "stop")
        command = try reader.optionalNested("command")
        var steps: [StopSequence.Step] = []
        for element in reader.optional("steps")?.elements ?? [] {
            guard let pair = element.elements, pair.count == 2,
                let signal = pair[0].integer.flatMap(Int32.init(exactly:)), let patience = pair[1].integer,
                signal > 0, signal <= SignalNames.highest, patience >= 0
            else { throw reader.wrong("steps", "pairs of a signal and nanoseconds") }
            steps.append(StopSequence.Step(signal: signal, patience: .nanoseconds(patience)))
        }
        sequence = StopSequence(steps: steps)
    }
}

/// How a service is told to read its configuration again.
package enum ReloadDefinition: Hashable, Sendable, JSONCodable {
    /// A signal to the main process.
    case signal(Int32)
    /// A command, with `$MAINPID` in its environment.
    case command(HookDefinition)

    package var json: JSONValue {
        switch self {
        case .signal(let number): .object([JSONMember("signal", .integer(Int64(number)))])
        case .command(let hook): .object([JSONMember("command", hook.json)])
        }
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "reload")
        if let number: Int32 = try reader.optionalInteger("signal") {
            guard (1...SignalNames.highest).contains(number) else {
                throw reader.wrong("signal", "a number from 1 to \(SignalNames.highest)")
            }
            self = .signal(number)
        } else {
            self = .command(try reader.nested("command"))
        }
    }
}
