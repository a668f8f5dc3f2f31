/// One thing that happened, numbered without gaps from the supervisor's first life on.
package struct EventRecord: JSONCodable, Hashable {
    /// What kinds of things happen.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// An instance came into another state.
        case state
        /// A process was started.
        case spawned
        /// A process ended.
        case exited
        /// A signal was sent on the operator's or the stop ladder's behalf.
        case signaled
        /// A hook ran; the message says how it went.
        case hook
        /// The definitions changed.
        case applied
        /// Something an operator should know.
        case warning
    }

    /// The event's number; pass the last one seen to go on from there.
    package var sequence: UInt64
    /// When, in milliseconds of Unix time.
    package var time: Int64
    /// What happened.
    package var kind: Kind
    /// The instance it happened to.
    package var instance: String?
    /// The state the instance is in now.
    package var state: ActualState?
    /// The process concerned.
    package var pid: Int32?
    /// The sentence for a person.
    package var message: String?

    /// Makes a record.
    package init(
        sequence: UInt64, time: Int64, kind: Kind, instance: String? = nil, state: ActualState? = nil,
        pid: Int32? = nil, message: String? = nil
    ) {
        self.sequence = sequence
        self.time = time
        self.kind = kind
        self.instance = instance
        self.state = state
        self.pid = pid
        self.message = message
    }

    package var json: JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("sequence", sequence)
        builder.add("time", time)
        builder.add("kind", kind.rawValue)
        builder.add("instance", instance)
        builder.add("state", state?.rawValue)
        builder.add("pid", pid)
        builder.add("message", message)
        return builder.object
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "event")
        sequence = try reader.integer("sequence")
        time = try reader.integer("time")
        kind = try reader.choice("kind")
        instance = try reader.optionalText("instance")
        state = try reader.optionalChoice("state")
        pid = try reader.optionalInteger("pid")
        message = try reader.optionalText("message")
    }
}
