/// A host that a broker may be on.
public struct AMQPHost: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address; IPv6 without brackets.
    public var name: String
    /// The port.
    public var port: Int

    /// A host.
    ///
    /// - Parameters:
    ///   - name: a name or an address; IPv6 without brackets.
    ///   - port: the port, 5672 by default, with TLS usually 5671.
    public init(_ name: String, port: Int = 5_672) {
        self.name = name
        self.port = port
    }

    /// As in a URL.
    public var description: String { name.contains(":") ? "[\(name)]:\(port)" : "\(name):\(port)" }
}
