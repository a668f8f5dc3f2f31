/// All that is known of one instance at one moment.
package struct InstanceStatus: JSONCodable, Hashable {
    /// The instance, such as `web@1`; a service with one instance goes by its own name.
    package var instance: String
    /// The service it belongs to.
    package var service: String
    /// Its number, from 1.
    package var index: Int
    /// Whether it runs for ever or to completion.
    package var kind: ServiceKind
    /// What the operator wants.
    package var wanted: WantedState
    /// What it is doing.
    package var state: ActualState
    /// The main process; nil when there is none.
    package var pid: Int32?
    /// How many starts were begun for it; each attempt has its own number.
    package var generation: UInt64 = 0
    /// How many of its ends nobody asked for.
    package var restarts: UInt64 = 0
    /// When it came into this state, in milliseconds of Unix time.
    package var since: Int64 = 0
    /// How long the main process has lived, in milliseconds.
    package var uptime: Int64?
    /// Why it is in this state, as a sentence; nil when the state says all.
    package var reason: String?
    /// What happens next, as a sentence.
    package var next: String?
    /// When that happens, in milliseconds from now.
    package var nextIn: Int64?
    /// The services or turns it waits for.
    package var waitsFor: [String] = []
    /// The last end of a process of this instance.
    package var lastExit: ExitRecord?
    /// What the service says of itself (sd_notify STATUS=).
    package var statusText: String?
    /// Why its output does not get into its log; nil when it does.
    package var logTrouble: String?
    /// The port it was given.
    package var port: Int?
    /// The groups it belongs to.
    package var groups: [String] = []
    /// Processes of the instance besides the main one that outlived it.
    package var leftovers: [Int32] = []

    /// Makes a status.
    package init(
        instance: String, service: String, index: Int, kind: ServiceKind, wanted: WantedState, state: ActualState
    ) {
        self.instance = instance
        self.service = service
        self.index = index
        self.kind = kind
        self.wanted = wanted
        self.state = state
    }

    package var json: JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("instance", instance)
        builder.add("service", service)
        builder.add("index", index)
        builder.add("kind", kind.rawValue)
        builder.add("wanted", wanted.rawValue)
        builder.add("state", state.rawValue)
        builder.add("pid", pid)
        builder.add("generation", generation)
        builder.add("restarts", restarts)
        builder.add("since", since)
        builder.add("uptime", uptime)
        builder.add("reason", reason)
        builder.add("next", next)
        builder.add("nextIn", nextIn)
        if !waitsFor.isEmpty { builder.add("waitsFor", waitsFor) }
        builder.add("lastExit", lastExit?.json)
        builder.add("statusText", statusText)
        builder.add("logTrouble", logTrouble)
        builder.add("port", port)
        if !groups.isEmpty { builder.add("groups", groups) }
        if !leftovers.isEmpty {
            builder.add("leftovers", JSONValue.array(leftovers.map { .integer(Int64($0)) }))
        }
        return builder.object
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "status")
        instance = try reader.text("instance")
        service = try reader.text("service")
        index = try reader.integer("index")
        kind = try reader.choice("kind")
        wanted = try reader.choice("wanted")
        state = try reader.choice("state")
        pid = try reader.optionalInteger("pid")
        generation = try reader.integer("generation")
        restarts = try reader.integer("restarts")
        since = try reader.integer("since")
        uptime = try reader.optionalInteger("uptime")
        reason = try reader.optionalText("reason")
        next = try reader.optionalText("next")
        nextIn = try reader.optionalInteger("nextIn")
        waitsFor = try reader.texts("waitsFor")
        lastExit = try reader.optionalNested("lastExit")
        statusText = try reader.optionalText("statusText")
        logTrouble = try reader.optionalText("logTrouble")
        port = try reader.optionalInteger("port")
        groups = try reader.texts("groups")
        leftovers = (reader.optional("leftovers")?.elements ?? []).compactMap {
            $0.integer.flatMap(Int32.init(exactly:))
        }
    }
}
