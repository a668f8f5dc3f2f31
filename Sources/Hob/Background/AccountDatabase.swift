import Glibc

/// The system's users and groups, as nsswitch.conf has them.
enum AccountDatabase {
    /// One user.
    struct User: Sendable, Hashable {
        var name: String
        var user: UInt32
        var group: UInt32
        var home: String
    }

    static func user(named name: String) -> User? {
        user { entry, buffer, count, result in getpwnam_r(name, entry, buffer, count, result) }
    }

    static func user(numbered number: UInt32) -> User? {
        user { entry, buffer, count, result in getpwuid_r(number, entry, buffer, count, result) }
    }

    static func group(named name: String) -> UInt32? {
        withBuffers { buffer in
            var entry = Glibc.group()
            var result: UnsafeMutablePointer<Glibc.group>?
            guard let address = buffer.baseAddress else { return (ENOMEM, nil) }
            let code = getgrnam_r(name, &entry, address, buffer.count, &result)
            return (code, result == nil ? nil : entry.gr_gid)
        }
    }

    /// All groups of a user, the given one included, sorted.
    static func groups(of name: String, with group: UInt32) -> [UInt32] {
        var count: Int32 = 64
        while count <= 65_536 {
            var groups = [gid_t](repeating: 0, count: Int(count))
            let capacity = count
            if getgrouplist(name, group, &groups, &count) >= 0 { return Set(groups.prefix(Int(count))).sorted() }
            // The call says how many there are; a database that changes meanwhile must not keep us here.
            count = max(count, capacity * 2)
        }
        return [group]
    }

    private typealias Lookup = (
        UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
        UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> Int32

    private static func user(_ lookup: Lookup) -> User? {
        withBuffers { buffer in
            var entry = passwd()
            var result: UnsafeMutablePointer<passwd>?
            guard let address = buffer.baseAddress else { return (ENOMEM, nil) }
            let code = lookup(&entry, address, buffer.count, &result)
            guard result != nil, let name = entry.pw_name else { return (code, nil) }
            // Copied while the buffer that it points into lives.
            let home = entry.pw_dir.map { String(cString: $0) } ?? "/"
            return (0, User(name: String(cString: name), user: entry.pw_uid, group: entry.pw_gid, home: home))
        }
    }

    /// Entries of large directories outgrow small buffers; the call says ERANGE then.
    private static func withBuffers<Answer>(
        _ body: (UnsafeMutableBufferPointer<CChar>) -> (code: Int32, answer: Answer?)
    ) -> Answer? {
        for size in [4_096, 65_536, 1 << 20] {
            let outcome = withUnsafeTemporaryAllocation(of: CChar.self, capacity: size, body)
            if outcome.code != ERANGE { return outcome.answer }
        }
        return nil
    }
}
