/// Where a broker is and how to log in, read from a URL.
///
///     let url = try AMQPURL("amqps://orders:secret@rabbit1,rabbit2:5671/shop?heartbeat=10")
///
/// The form is the one that RabbitMQ documents: `amqp://user:password@host:port/vhost?key=value`, `amqps` for TLS;
/// several hosts stand with commas between them; what a URL reserves is written `%2F`. Without a virtual host, or with
/// an empty one, it is `/`.
public struct AMQPURL: Hashable, Sendable {
    /// The hosts, at least one; they are tried one after the other.
    public var hosts: [AMQPHost] = [AMQPHost("localhost")]
    /// Whether the connection is by TLS.
    public var usesTLS = false
    /// The user.
    public var user = "guest"
    /// The password; no description shows it.
    public var password = "guest"
    /// The virtual host.
    public var virtualHost = "/"
    /// Seconds between signs of life; nil leaves the choice to the client. `heartbeat=10`.
    public var heartbeat: UInt16?
    /// How long one attempt to connect may take; nil leaves the choice to the client. `connection_timeout=5000`, in
    /// milliseconds as RabbitMQ documents it.
    public var connectionTimeout: Duration?
    /// The highest channel number; nil leaves the choice to the client. `channel_max=100`.
    public var channelMax: UInt16?
    /// Bytes of the largest frame; nil leaves the choice to the client. `frame_max=131072`.
    public var frameMax: UInt32?
    /// Whether the client's certificate is the log-in. `auth_mechanism=external`.
    public var usesExternalLogin = false
    /// A file with the certificates that are trusted; nil trusts the system's. `cacertfile=PATH`.
    public var trustedCertificates: String?
    /// A file with the client's certificate and those that vouch for it. `certfile=PATH`.
    public var certificate: String?
    /// A file with the key of the client's certificate. `keyfile=PATH`.
    public var privateKey: String?
    /// The name that the server's certificate must bear; nil is the host's. `server_name_indication=NAME`.
    public var serverName: String?
    /// Whether the server's certificate is verified. `verify=verify_none` turns it off, and everybody on the way can
    /// read the password.
    public var verifiesServer = true

    /// The broker of a fresh installation on this machine: `amqp://guest:guest@localhost:5672`.
    public init() {}

    /// Reads a URL.
    ///
    /// - Parameter text: the URL.
    /// - Throws: what is wrong, with its place and what would be right.
    public init(_ text: String) throws(AMQPURLError) {
        var parser = AMQPURLParser(text)
        self = try parser.parse()
    }
}

/// Without the password: descriptions end up in logs.
extension AMQPURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The URL with `***` for the password.
    public var description: String {
        let list = hosts.map(\.description).joined(separator: ",")
        let place = virtualHost == "/" ? "" : "/\(AMQPURLParser.escaped(virtualHost))"
        return "\(usesTLS ? "amqps" : "amqp")://\(AMQPURLParser.escaped(user)):***@\(list)\(place)"
    }

    /// The URL with `***` for the password.
    public var debugDescription: String { description }

    /// Nothing: `dump` shows no password.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
