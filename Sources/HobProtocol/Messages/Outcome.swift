/// What an order came to for one instance.
package struct Outcome: JSONCodable, Hashable {
    /// The ways an order can end.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// It was started and is up.
        case started
        /// It was up before the order.
        case alreadyUp = "already-up"
        /// A task ran to its end; `status` is its exit status.
        case completed
        /// It is gone, its whole process tree.
        case stopped
        /// It is gone, but only SIGKILL at the end of its ladder ended it.
        case killed
        /// There was nothing to stop.
        case alreadyDown = "already-down"
        /// The order was accepted; nobody waited for its end.
        case accepted
        case reloaded, signaled, flushed
        /// It cannot be had; the message says why.
        case failed
        /// `before_stop` objected; it goes on running.
        case refused
        /// The deadline passed first; the supervisor goes on trying.
        case timedOut = "timed-out"
        /// A later order replaced this one.
        case superseded
    }

    /// The instance.
    package var instance: String
    /// How it ended.
    package var kind: Kind
    /// The main process, where there is one.
    package var pid: Int32?
    /// The exit status of a completed task or failed start.
    package var status: Int32?
    /// The sentence for a person.
    package var message: String?
    /// How long it took, in milliseconds.
    package var elapsed: Int64?

    /// Makes an outcome.
    package init(
        instance: String, kind: Kind, pid: Int32? = nil, status: Int32? = nil, message: String? = nil,
        elapsed: Int64? = nil
    ) {
        self.instance = instance
        self.kind = kind
        self.pid = pid
        self.status = status
        self.message = message
        self.elapsed = elapsed
    }

    package var json: JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("instance", instance)
        builder.add("kind", kind.rawValue)
        builder.add("pid", pid)
        builder.add("status", status)
        builder.add("message", message)
        builder.add("elapsed", elapsed)
        return builder.object
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "outcome")
        instance = try reader.text("instance")
        kind = try reader.choice("kind")
        pid = try reader.optionalInteger("pid")
        status = try reader.optionalInteger("status")
        message = try reader.optionalText("message")
        elapsed = try reader.optionalInteger("elapsed")
    }
}
