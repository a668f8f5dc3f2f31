import CHobSystem
import Glibc

/// A numeric address of a socket: `127.0.0.1:80`, `[::1]:80`, or the path of a Unix socket.
package struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// The three kinds.
    package enum Kind: Sendable, Hashable {
        case ipv4, ipv6, unix
    }

    /// Which of the three.
    package let kind: Kind
    /// The port; 0 for a Unix socket.
    package let port: UInt16
    /// The numeric host without brackets, or the path.
    package let host: String

    private init(_ kind: Kind, _ host: String, _ port: UInt16) {
        self.kind = kind
        self.host = host
        self.port = port
    }

    /// Parses an address; a host name is refused, since this module asks no DNS.
    package init(parsing text: String) throws(SystemError) {
        func refuse(_ reason: String) -> SystemError {
            SystemError(
                code: EINVAL, message: "\"\(text)\": \(reason); write 127.0.0.1:80, [::1]:80 or /path/of/socket")
        }
        if text.hasPrefix("/") {
            _ = try UnixSocketPath.address(of: text)
            self.init(.unix, text, 0)
            return
        }
        guard let colon = text.lastIndex(of: ":") else { throw refuse("a port is missing") }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let port = UInt16(digits) else {
            throw refuse("\"\(digits)\" is not a port")
        }
        var host = text[..<colon]
        let isBracketed = host.hasPrefix("[") && host.hasSuffix("]")
        if isBracketed { host = host.dropFirst().dropLast() }
        var address = hob_address()
        guard hob_parse_numeric(String(host), &address) == 0 else {
            throw refuse("\"\(host)\" is not a numeric address")
        }
        let kind: Kind = address.kind == Int32(HOB_ADDRESS_IPV4) ? .ipv4 : .ipv6
        guard isBracketed == (kind == .ipv6) else {
            throw refuse(isBracketed ? "brackets are for IPv6" : "an IPv6 address needs brackets")
        }
        self.init(kind, String(host), port)
    }

    /// 127.0.0.1 with this port.
    package static func loopback(port: UInt16) -> SocketAddress { SocketAddress(.ipv4, "127.0.0.1", port) }

    /// [::1] with this port.
    package static func loopback6(port: UInt16) -> SocketAddress { SocketAddress(.ipv6, "::1", port) }

    /// The address a bound socket has.
    package static func local(of socket: Descriptor) throws(SystemError) -> SocketAddress {
        var address = hob_address()
        let result = invoke(.sockopt) { hob_local_address(socket.raw, &address) }
        guard result >= 0 else { throw .socket("ask for the address of", "socket \(socket.raw)", -result) }
        if address.kind == Int32(HOB_ADDRESS_UNIX) {
            let path = withUnsafeBytes(of: &address.path) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            return SocketAddress(.unix, path, 0)
        }
        var text = [CChar](repeating: 0, count: 64)
        guard hob_format_numeric(&address, &text, text.count) == 0 else {
            throw .socket("read the address of", "socket \(socket.raw)", errno)
        }
        let host = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return SocketAddress(address.kind == Int32(HOB_ADDRESS_IPV4) ? .ipv4 : .ipv6, host, address.port)
    }

    /// As it is parsed.
    package var description: String {
        switch kind {
        case .ipv4: "\(host):\(port)"
        case .ipv6: "[\(host)]:\(port)"
        case .unix: host
        }
    }

    func raw() throws(SystemError) -> hob_address {
        if kind == .unix { return try UnixSocketPath.address(of: host) }
        var address = hob_address()
        guard hob_parse_numeric(host, &address) == 0 else { throw .socket("use the address", description, EINVAL) }
        address.port = port
        return address
    }
}
