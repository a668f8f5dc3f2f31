/// Turns the names of a configuration into numbers: users, groups and hosts.
///
/// A seam, so that tests need no particular machine; `hobd` never looks a name up.
package protocol NameResolver: Sendable {
    /// The user with this name; nil when there is none.
    func user(named name: String) -> UserRecord?
    /// The user with this number; nil when nobody has it.
    func user(numbered number: UInt32) -> UserRecord?
    /// The number of the group with this name; nil when there is none.
    func group(named name: String) -> UInt32?
    /// All groups of a user, the given one among them.
    func groups(of user: String, with group: UInt32) -> [UInt32]
    /// The numeric addresses of a host, each once, in the system's order.
    ///
    /// - Throws: the reason as a sentence's end.
    func addresses(of host: String) throws(NameResolutionError) -> [String]
}

/// What the system knows of a user.
package struct UserRecord: Hashable, Sendable {
    /// The login name.
    package var name: String
    /// The user's number.
    package var user: UInt32
    /// The number of the user's own group.
    package var group: UInt32

    /// Makes a record.
    package init(name: String, user: UInt32, group: UInt32) {
        self.name = name
        self.user = user
        self.group = group
    }
}

/// Why a host's name has no address.
package struct NameResolutionError: Error, Hashable {
    /// The reason, as a sentence's end.
    package var reason: String

    /// Makes an error.
    package init(reason: String) {
        self.reason = reason
    }
}
