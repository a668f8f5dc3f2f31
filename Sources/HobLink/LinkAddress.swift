import HobSystem

/// Where a link listens: `unix:/run/lister.sock` or `tcp:127.0.0.1:7070`.
///
/// TCP is for the loopback interface: nothing is encrypted, and every local user may connect. Across machines it needs a
/// tunnel (ssh, WireGuard) or a network that is trusted.
public struct LinkAddress: Hashable, Sendable, CustomStringConvertible {
    enum Place: Hashable, Sendable {
        case unix(path: String)
        case tcp(SocketAddress)
    }

    let place: Place

    init(place: Place) {
        self.place = place
    }

    /// Reads an address.
    ///
    /// - Parameter text: `unix:PATH`, where a path without a leading slash counts from the working directory, or
    ///   `tcp:HOST:PORT` with a numeric host (IPv6 in brackets) or `localhost`; port 0 takes a free one.
    /// - Throws: ``LinkError`` with the code `badUse` when it is neither.
    public init(_ text: String) throws(LinkError) {
        if text.hasPrefix("unix:"), text.utf8.count > 5 {
            place = .unix(path: String(text.dropFirst(5)))
        } else if text.hasPrefix("tcp:") {
            var rest = String(text.dropFirst(4))
            if rest.hasPrefix("localhost:") { rest = "127.0.0.1:" + rest.dropFirst(10) }
            do throws(SystemError) { place = .tcp(try SocketAddress(parsing: rest)) } catch {
                throw LinkError(.badUse, "the address \"\(text)\" is wrong: \(error.message)", cause: error)
            }
        } else {
            throw LinkError(.badUse, "the address \"\(text)\" is wrong: write unix:PATH or tcp:HOST:PORT")
        }
    }

    /// A Unix socket at this path.
    public static func unix(_ path: String) -> LinkAddress { LinkAddress(place: .unix(path: path)) }

    /// A port of 127.0.0.1; 0 for a free one.
    public static func loopback(port: UInt16) -> LinkAddress { LinkAddress(place: .tcp(.loopback(port: port))) }

    /// Whether only this machine can reach it.
    var isLocal: Bool {
        switch place {
        case .unix: true
        case .tcp(let address): address.host.hasPrefix("127.") || address.host == "::1"
        }
    }

    /// As it is written.
    public var description: String {
        switch place {
        case .unix(let path): "unix:\(path)"
        case .tcp(let address): "tcp:\(address)"
        }
    }
}
