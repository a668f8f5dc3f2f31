import Glibc
package import HobSystem

/// The addresses behind a host's name.
package enum HostAddresses {
    /// Without asking anybody: a numeric address, or `localhost`, which is both loopback addresses; else nil.
    package static func known(_ host: String, port: UInt16) -> [SocketAddress]? {
        if host == "localhost" { return [.loopback(port: port), .loopback6(port: port)] }
        let isIPv6 = host.contains(":")
        guard let address = try? SocketAddress(parsing: isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)") else {
            return nil
        }
        return [address]
    }

    /// Asks the system's name service, which may take long.
    package static func resolve(_ host: String, port: UInt16) throws(SystemError) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            throw SystemError(code: ENOENT, message: "host \(host) is unknown: \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let named = getnameinfo(
                entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
            let numeric = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if named == 0, let address = known(numeric, port: port)?.first, !addresses.contains(address) {
                addresses.append(address)
            }
            next = entry.pointee.ai_next
        }
        return addresses
    }
}
