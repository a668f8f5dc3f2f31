// Made by Scripts/generate-amqp-methods of Scripts/amqp-methods.txt; change those.

/// What is said of one channel.
package enum ChannelMethod: Hashable, Sendable {
    /// The client opens the channel.
    case open
    /// The channel is open.
    case openOk
    /// One side asks the other to hold its messages, or to go on.
    case flow(active: Bool = false)
    /// The answer to flow.
    case flowOk(active: Bool = false)
    /// One side ends the channel, and says why.
    case close(replyCode: UInt16 = 0, replyText: String = "", classID: UInt16 = 0, methodID: UInt16 = 0)
    /// The other side agrees.
    case closeOk

    /// Its class on the wire.
    static let classID: UInt16 = 20

    /// Its number within the class.
    var methodID: UInt16 {
        switch self {
        case .open: 10
        case .openOk: 11
        case .flow: 20
        case .flowOk: 21
        case .close: 40
        case .closeOk: 41
        }
    }

    /// Its name in the protocol.
    var name: String {
        switch self {
        case .open: "channel.open"
        case .openOk: "channel.open-ok"
        case .flow: "channel.flow"
        case .flowOk: "channel.flow-ok"
        case .close: "channel.close"
        case .closeOk: "channel.close-ok"
        }
    }

    /// Whether a server may send it.
    var isFromServer: Bool {
        switch self {
        case .openOk, .flow, .flowOk, .close, .closeOk: true
        case .open: false
        }
    }
}
