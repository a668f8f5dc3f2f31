/// What applying definitions does, or would do, to one service.
package struct Change: JSONCodable, Hashable {
    /// The ways a service can change.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case add, remove
        /// Its processes must be replaced.
        case restart
        /// Taken over while its processes go on.
        case update
        /// Only the number of instances differs.
        case scale
        case unchanged
    }

    /// The service's name.
    package var service: String
    /// What happens to it.
    package var kind: Kind
    /// The keys that differ, such as `command` or `environment.PORT`; never their values.
    package var keys: [String] = []
    /// Instances before and after, where the number differs.
    package var before: Int?
    /// See `before`.
    package var after: Int?

    /// Makes a change.
    package init(service: String, kind: Kind, keys: [String] = [], before: Int? = nil, after: Int? = nil) {
        self.service = service
        self.kind = kind
        self.keys = keys
        self.before = before
        self.after = after
    }

    package var json: JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("service", service)
        builder.add("kind", kind.rawValue)
        if !keys.isEmpty { builder.add("keys", keys) }
        builder.add("before", before)
        builder.add("after", after)
        return builder.object
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "change")
        service = try reader.text("service")
        kind = try reader.choice("kind")
        keys = try reader.texts("keys")
        before = try reader.optionalInteger("before")
        after = try reader.optionalInteger("after")
    }
}
