package import HobProtocol

/// The state a service's processes start with, beyond their command; nil leaves what the supervisor was started with.
package struct ProcessAttributes: Hashable, Sendable, JSONCodable {
    /// One resource limit; nil keeps that half.
    package struct Limit: Hashable, Sendable, JSONCodable {
        /// The value that means no limit.
        package static let unlimited = UInt64.max

        /// The limit's name as in setrlimit(2), lower case, without `RLIMIT_`: `nofile`, `core`, …
        package var resource: String
        /// The soft limit.
        package var soft: UInt64?
        /// The hard limit.
        package var hard: UInt64?

        /// Makes a limit.
        package init(resource: String, soft: UInt64?, hard: UInt64?) {
            self.resource = resource
            self.soft = soft
            self.hard = hard
        }

        package var json: JSONValue {
            var builder = JSONObjectBuilder()
            builder.add("resource", resource)
            builder.add("soft", soft.map(Self.json))
            builder.add("hard", hard.map(Self.json))
            return builder.object
        }

        package init(json: JSONValue) throws(JSONError) {
            let reader = try JSONObjectReader(json, as: "limit")
            resource = try reader.text("resource")
            soft = try Self.value("soft", reader)
            hard = try Self.value("hard", reader)
        }

        /// JSON's whole numbers end at Int64.max, which no limit reaches; −1 stands for none, as in the kernel.
        private static func json(_ value: UInt64) -> JSONValue {
            .integer(value == unlimited ? -1 : Int64(clamping: value))
        }

        private static func value(_ name: String, _ reader: JSONObjectReader) throws(JSONError) -> UInt64? {
            guard let number = try reader.optionalInteger(name, as: Int64.self) else { return nil }
            return number < 0 ? unlimited : UInt64(number)
        }
    }

    /// The user; `hob` has resolved the name.
    package var user: UInt32?
    /// The group.
    package var group: UInt32?
    /// The supplementary groups; nil with a user means none.
    package var supplementaryGroups: [UInt32]?
    /// File mode bits to leave out.
    package var umask: UInt32?
    /// Scheduling priority, −20 to 19.
    package var nice: Int32?
    /// The kernel's out-of-memory preference, −1000 to 1000.
    package var oomScoreAdjustment: Int32?
    /// The new root directory.
    package var root: String?
    /// Whether exec may give no more rights than the process has.
    package var noNewPrivileges = false
    /// The path of a cgroup v2 directory to start in.
    package var cgroup: String?
    /// Resource limits.
    package var limits: [Limit] = []

    /// Makes attributes that change nothing.
    package init() {}

    package var json: JSONValue {
        var builder = JSONObjectBuilder()
        builder.add("user", user)
        builder.add("group", group)
        builder.add("groups", supplementaryGroups.map { JSONValue.array($0.map { .integer(Int64($0)) }) })
        builder.add("umask", umask)
        builder.add("nice", nice)
        builder.add("oom", oomScoreAdjustment)
        builder.add("root", root)
        if noNewPrivileges { builder.add("noNewPrivileges", true) }
        builder.add("cgroup", cgroup)
        if !limits.isEmpty { builder.add("limits", JSONValue.array(limits.map(\.json))) }
        return builder.object
    }

    package init(json: JSONValue) throws(JSONError) {
        let reader = try JSONObjectReader(json, as: "process")
        user = try reader.optionalInteger("user")
        group = try reader.optionalInteger("group")
        if let elements = reader.optional("groups")?.elements {
            supplementaryGroups = elements.compactMap { $0.integer.flatMap(UInt32.init(exactly:)) }
        }
        umask = try reader.optionalInteger("umask")
        nice = try reader.optionalInteger("nice")
        oomScoreAdjustment = try reader.optionalInteger("oom")
        root = try reader.optionalText("root")
        noNewPrivileges = try reader.flag("noNewPrivileges")
        cgroup = try reader.optionalText("cgroup")
        limits = try reader.array("limits")
    }
}
