/// One line from the supervisor about a request.
package struct Reply: JSONCodable, Hashable {
    /// What the line says.
    package enum Body: Hashable, Sendable {
        /// Something happened on the way to the goal; more lines follow.
        case progress(EventRecord)
        /// The state of one instance; more lines follow.
        case status(InstanceStatus)
        /// An event of the stream; more lines follow.
        case event(EventRecord)
        /// The request is done: what it came to per instance, and what it changed.
        case done(outcomes: [Outcome], changes: [Change], revision: Int?)
        /// The request failed as a whole, and changed nothing.
        case failed(Failure)
    }

    /// The request's id.
    package var id: String
    /// What the line says.
    package var body: Body
    /// `done`: why what was done would not survive a boot; nil when it is stored.
    package var unstored: String?
    /// `done`: what the client should know besides, as sentences.
    package var notes: [String] = []

    /// Makes a reply.
    package init(id: String, body: Body) {
        self.id = id
        self.body = body
    }

    /// Whether no more lines follow for this request.
    package var isFinal: Bool {
        switch body {
        case .progress, .status, .event: false
        case .done, .failed: true
        }
    }

    package var json: JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("id", id)
        switch body {
        case .progress(let event): builder.add("progress", event.json)
        case .status(let status): builder.add("status", status.json)
        case .event(let event): builder.add("event", event.json)
        case .done(let outcomes, let changes, let revision):
            var result = JSONObjectBuilder()
            if !outcomes.isEmpty { result.add("outcomes", JSONValue.array(outcomes.map(\.json))) }
            if !changes.isEmpty { result.add("changes", JSONValue.array(changes.map(\.json))) }
            result.add("revision", revision)
            result.add("unstored", unstored)
            if !notes.isEmpty { result.add("notes", notes) }
            builder.add("done", result.object)
        case .failed(let failure): builder.add("failed", failure.json)
        }
        return builder.object
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "reply")
        id = try reader.text("id")
        if let event: EventRecord = try reader.optionalNested("progress") {
            body = .progress(event)
        } else if let status: InstanceStatus = try reader.optionalNested("status") {
            body = .status(status)
        } else if let event: EventRecord = try reader.optionalNested("event") {
            body = .event(event)
        } else if let failure: Failure = try reader.optionalNested("failed") {
            body = .failed(failure)
        } else if let done = reader.optional("done") {
            let result = try JSONObjectReader(done, as: "result")
            body = .done(
                outcomes: try result.array("outcomes"), changes: try result.array("changes"),
                revision: try result.optionalInteger("revision"))
            unstored = try result.optionalText("unstored")
            notes = try result.texts("notes")
        } else {
            throw reader.missing("done")
        }
    }
}
