/// The first line a supervisor sends on every connection.
package struct Greeting: JSONCodable, Hashable {
    /// The version of this protocol; a client that speaks another says so and stops.
    package static let protocolVersion = 1

    /// The protocol the supervisor speaks.
    package var protocolVersion: Int
    /// The supervisor's own version.
    package var version: String
    /// The supervisor's pid.
    package var pid: Int32
    /// The keeper's pid, which stays when the supervisor is started anew; nil when there is none.
    package var keeper: Int32?
    /// The number of the applied set it runs.
    package var revision: Int

    /// Makes a greeting.
    package init(
        protocolVersion: Int = Greeting.protocolVersion, version: String, pid: Int32, keeper: Int32? = nil,
        revision: Int
    ) {
        self.keeper = keeper
        self.protocolVersion = protocolVersion
        self.version = version
        self.pid = pid
        self.revision = revision
    }

    package var json: JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("hob", protocolVersion)
        builder.add("version", version)
        builder.add("pid", pid)
        builder.add("keeper", keeper)
        builder.add("revision", revision)
        return builder.object
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "greeting")
        protocolVersion = try reader.integer("hob")
        version = try reader.text("version")
        pid = try reader.integer("pid")
        keeper = try reader.optionalInteger("keeper")
        revision = try reader.integer("revision")
    }
}

/// The version of every binary of this package.
package enum HobVersion {
    /// Major, minor and patch.
    package static let current = "0.1.0"
}
