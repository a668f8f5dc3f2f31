import HobSystem

/// Whom a process is to become: user, group and all other groups, exactly.
struct DaemonAccount: Sendable, Hashable {
    var user: UInt32
    var group: UInt32
    /// All groups, ``group`` included, sorted.
    var groups: [UInt32]
    /// The user's entry in the database; nil when there is none, or no user was asked for.
    var entry: AccountDatabase.User?

    /// The name for messages.
    var name: String { entry?.name ?? "\(user)" }

    /// The same for the kernel.
    var credentials: Credentials { Credentials(user: user, group: group, groups: Set(groups)) }

    /// What stands in the way of finding it.
    struct Refusal: Error {
        /// The key whose value is wrong.
        let isGroup: Bool
        let message: String
        let suggestion: String
    }

    /// Looks up whom somebody asks for; nil when nobody is asked for.
    ///
    /// - Parameters:
    ///   - user: a name or a number; nil keeps the user.
    ///   - group: a name or a number; nil is the user's own.
    ///   - present: the user of this process.
    static func named(user: String?, group: String?, present: UInt32) throws(Refusal) -> DaemonAccount? {
        var number: UInt32?
        if let group {
            number = Self.number(group) ?? AccountDatabase.group(named: group)
            guard number != nil else {
                throw Refusal(
                    isGroup: true, message: "no group is called '\(WrittenValue.shortened(group))'",
                    suggestion: "create it, or name another")
            }
        }
        guard let user else {
            // The other groups are those of whoever starts it: a daemon that leaves its group leaves them, too.
            return number.map { DaemonAccount(user: present, group: $0, groups: [$0], entry: nil) }
        }
        let own = Self.number(user)
        // A name of digits is a number, as with chown.
        if let entry = own.map(AccountDatabase.user(numbered:)) ?? AccountDatabase.user(named: user) {
            let group = number ?? entry.group
            return DaemonAccount(
                user: entry.user, group: group, groups: AccountDatabase.groups(of: entry.name, with: group),
                entry: entry)
        }
        guard let own else {
            throw Refusal(
                isGroup: false, message: "no user is called '\(WrittenValue.shortened(user))'",
                suggestion: "create it, or name another")
        }
        guard let number else {
            throw Refusal(
                isGroup: false, message: "user \(own) is not in the user database, so its group is not known",
                suggestion: "give the group, too")
        }
        return DaemonAccount(user: own, group: number, groups: [number], entry: nil)
    }

    /// A user or group by number; the largest one means "leave it" to the kernel.
    private static func number(_ text: String) -> UInt32? {
        guard text.allSatisfy({ ("0"..."9").contains($0) }), let number = UInt32(text), number != .max else {
            return nil
        }
        return number
    }
}
