import Glibc

/// Asks the system's databases: passwd, group, hosts and DNS, as nsswitch.conf has it.
package struct SystemNameResolver: NameResolver {
    /// Makes a resolver.
    package init() {}

    package func user(named name: String) -> UserRecord? {
        withBuffer { entry, buffer, count, result in getpwnam_r(name, entry, buffer, count, result) }
    }

    package func user(numbered number: UInt32) -> UserRecord? {
        withBuffer { entry, buffer, count, result in getpwuid_r(number, entry, buffer, count, result) }
    }

    package func group(named name: String) -> UInt32? {
        for size in Self.bufferSizes {
            var entry = Glibc.group()
            var result: UnsafeMutablePointer<Glibc.group>?
            let code = withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { buffer in
                // The allocation has at least one element, so that it has an address.
                guard let address = buffer.baseAddress else { return ENOMEM }
                return getgrnam_r(name, &entry, address, buffer.count, &result)
            }
            if code != ERANGE { return code == 0 && result != nil ? entry.gr_gid : nil }
        }
        return nil
    }

    package func groups(of user: String, with group: UInt32) -> [UInt32] {
        var count: Int32 = 64
        while count <= 65_536 {
            var groups = [gid_t](repeating: 0, count: Int(count))
            let capacity = count
            if getgrouplist(user, group, &groups, &count) >= 0 { return groups.prefix(Int(count)).sorted() }
            // The call says how many there are; a database that changes meanwhile must not keep us here.
            count = max(count, capacity * 2)
        }
        return [group]
    }

    package func addresses(of host: String) throws(NameResolutionError) -> [String] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            let reason = code == EAI_SYSTEM ? String(cString: strerror(errno)) : String(cString: gai_strerror(code))
            throw NameResolutionError(reason: reason)
        }
        defer { freeaddrinfo(list) }
        var addresses: [String] = []
        var next = list
        while let entry = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let named = getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            if named == 0 {
                let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                if !addresses.contains(address) { addresses.append(address) }
            }
            next = entry.pointee.ai_next
        }
        guard !addresses.isEmpty else { throw NameResolutionError(reason: "it has no address") }
        return addresses
    }

    /// Entries of large directories outgrow small buffers; the call says ERANGE then.
    private static let bufferSizes = [4_096, 65_536, 1 << 20]

    private typealias Lookup = (
        UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
        UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> Int32

    private func withBuffer(_ lookup: Lookup) -> UserRecord? {
        for size in Self.bufferSizes {
            var buffer = [CChar](repeating: 0, count: size)
            var entry = passwd()
            var result: UnsafeMutablePointer<passwd>?
            let outcome: (code: Int32, record: UserRecord?) = buffer.withUnsafeMutableBufferPointer { buffer in
                guard let address = buffer.baseAddress else { return (ENOMEM, nil) }
                let code = lookup(&entry, address, buffer.count, &result)
                guard code == 0, result != nil, let name = entry.pw_name else { return (code, nil) }
                // Copied while the buffer that it points into lives.
                return (0, UserRecord(name: String(cString: name), user: entry.pw_uid, group: entry.pw_gid))
            }
            if outcome.code != ERANGE { return outcome.record }
        }
        return nil
    }
}
