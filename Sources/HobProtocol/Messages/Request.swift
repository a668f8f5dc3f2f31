/// One line from a client: what it wants, and how long it will wait for it.
package struct Request: JSONCodable, Hashable {
    /// What a client can ask for.
    package enum Verb: String, Hashable, Sendable, CaseIterable {
        /// Bring the project to these definitions; they follow as `count` lines of their own.
        case apply
        /// Say what `apply` would change.
        case plan
        case start, stop, restart, reload, signal, scale
        /// One line per instance, then the result.
        case status
        /// The events after a cursor, and those to come.
        case events
        /// Answer when all that the instances have written so far stands in their log files.
        case flush
        /// Stop everything, then end the supervisor.
        case down
        /// End safe mode: start and end again what is to be.
        case resume
        /// Put another hobd, whose path is the one target, in the place of keeper and supervisor.
        case upgrade
        /// Tie what was started to the life of this connection's process (foreground `hob up`).
        case attach
    }

    /// How many instances a service shall have.
    package struct Scale: JSONCodable, Hashable {
        /// The service's name.
        package var service: String
        /// The wanted number of instances.
        package var instances: Int

        /// Makes a scale order.
        package init(service: String, instances: Int) {
            self.service = service
            self.instances = instances
        }

        package var json: JSONValue {
            .object([
                JSONMember("service", .string(service)), JSONMember("instances", .integer(Int64(instances))),
            ])
        }

        package init(json: JSONValue) throws(JSONError) {
            let reader = try JSONObjectReader(json, as: "scale")
            service = try reader.text("service")
            instances = try reader.integer("instances")
        }
    }

    /// The client's own name for this request; a client that lost its connection asks for it again.
    package var id: String
    /// What is wanted.
    package var verb: Verb
    /// Services, instances (`web@2`), groups, globs (`web*`) or `/regular expressions/`; empty means all.
    package var targets: [String] = []
    /// How long to wait for the goal, in milliseconds; nil answers as soon as the order is accepted.
    package var wait: Int64?
    /// `restart`: one instance after the other, each ready before the next goes.
    package var rolling = false
    /// `stop`, `restart`: go on even if `before_stop` objects.
    package var force = false
    /// `signal`: the number. `down`: SIGKILL's, when nobody has the patience for anything else.
    package var signal: Int32?
    /// `scale`: the numbers.
    package var scales: [Scale] = []
    /// `apply`, `plan`: how many lines of definitions follow.
    package var count: Int?
    /// `apply`: set these targets' wanted state to up (`hob up`); false leaves wanted states alone.
    package var up = false
    /// `events`: the number of the last event the client has seen.
    package var since: UInt64?
    /// `events`: stay and send what comes.
    package var follow = false
    /// The request may have been heard before: the connection was lost before its answer. What was begun is not begun
    /// again, and its true result is told.
    package var again = false

    /// Makes a request.
    package init(id: String, verb: Verb, targets: [String] = []) {
        self.id = id
        self.verb = verb
        self.targets = targets
    }

    package var json: JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("id", id)
        builder.add("verb", verb.rawValue)
        if !targets.isEmpty { builder.add("targets", targets) }
        builder.add("wait", wait)
        if rolling { builder.add("rolling", true) }
        if force { builder.add("force", true) }
        builder.add("signal", signal)
        if !scales.isEmpty { builder.add("scales", JSONValue.array(scales.map(\.json))) }
        builder.add("count", count)
        if up { builder.add("up", true) }
        builder.add("since", since)
        if follow { builder.add("follow", true) }
        if again { builder.add("again", true) }
        return builder.object
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "request")
        id = try reader.text("id")
        verb = try reader.choice("verb")
        targets = try reader.texts("targets")
        wait = try reader.optionalInteger("wait")
        rolling = try reader.flag("rolling")
        force = try reader.flag("force")
        signal = try reader.optionalInteger("signal")
        scales = try reader.array("scales")
        count = try reader.optionalInteger("count")
        up = try reader.flag("up")
        since = try reader.optionalInteger("since")
        follow = try reader.flag("follow")
        again = try reader.flag("again")
        guard id.utf8.count <= 64 else { throw reader.wrong("id", "at most 64 bytes long") }
    }
}
