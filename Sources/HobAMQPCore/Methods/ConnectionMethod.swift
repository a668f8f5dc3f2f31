// Made by Scripts/generate-amqp-methods of Scripts/amqp-methods.txt; change those.

/// What is said of the connection as a whole, on channel 0.
package enum ConnectionMethod: Hashable, Sendable {
    /// The server begins: its versions, what it is, and how one may log in.
    case start(
        versionMajor: UInt8 = 0, versionMinor: UInt8 = 0, serverProperties: AMQPTable = [:], mechanisms: [UInt8] = [],
        locales: [UInt8] = [])
    /// The client chooses how to log in and says what it is.
    case startOk(clientProperties: AMQPTable = [:], mechanism: String = "", response: [UInt8] = [], locale: String = "")
    /// The server asks on, for mechanisms of several steps.
    case secure(challenge: [UInt8] = [])
    /// The client's answer to a challenge.
    case secureOk(response: [UInt8] = [])
    /// The server's limits; 0 means none.
    case tune(channelMax: UInt16 = 0, frameMax: UInt32 = 0, heartbeat: UInt16 = 0)
    /// The limits that hold from here on.
    case tuneOk(channelMax: UInt16 = 0, frameMax: UInt32 = 0, heartbeat: UInt16 = 0)
    /// The client asks for a virtual host.
    case open(virtualHost: String = "", capabilities: String = "", insist: Bool = false)
    /// The virtual host is there.
    case openOk(knownHosts: String = "")
    /// One side ends the connection, and says why.
    case close(replyCode: UInt16 = 0, replyText: String = "", classID: UInt16 = 0, methodID: UInt16 = 0)
    /// The other side agrees; nothing follows.
    case closeOk
    /// The broker takes no messages for now.
    case blocked(reason: String = "")
    /// The broker takes messages again.
    case unblocked
    /// The client's new password or token, before the old one runs out.
    case updateSecret(newSecret: [UInt8] = [], reason: String = "")
    /// The new secret holds.
    case updateSecretOk

    /// Its class on the wire.
    static let classID: UInt16 = 10

    /// Its number within the class.
    var methodID: UInt16 {
        switch self {
        case .start: 10
        case .startOk: 11
        case .secure: 20
        case .secureOk: 21
        case .tune: 30
        case .tuneOk: 31
        case .open: 40
        case .openOk: 41
        case .close: 50
        case .closeOk: 51
        case .blocked: 60
        case .unblocked: 61
        case .updateSecret: 70
        case .updateSecretOk: 71
        }
    }

    /// Its name in the protocol.
    var name: String {
        switch self {
        case .start: "connection.start"
        case .startOk: "connection.start-ok"
        case .secure: "connection.secure"
        case .secureOk: "connection.secure-ok"
        case .tune: "connection.tune"
        case .tuneOk: "connection.tune-ok"
        case .open: "connection.open"
        case .openOk: "connection.open-ok"
        case .close: "connection.close"
        case .closeOk: "connection.close-ok"
        case .blocked: "connection.blocked"
        case .unblocked: "connection.unblocked"
        case .updateSecret: "connection.update-secret"
        case .updateSecretOk: "connection.update-secret-ok"
        }
    }

    /// Whether a server may send it.
    var isFromServer: Bool {
        switch self {
        case .start, .secure, .tune, .openOk, .close, .closeOk, .blocked, .unblocked, .updateSecretOk: true
        case .startOk, .secureOk, .tuneOk, .open, .updateSecret: false
        }
    }
}
