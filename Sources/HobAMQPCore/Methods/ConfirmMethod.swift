// Made by Scripts/generate-amqp-methods of Scripts/amqp-methods.txt; change those.

/// Publisher confirms, an extension.
package enum ConfirmMethod: Hashable, Sendable {
    /// The broker shall confirm what is published on this channel.
    case select(noWait: Bool = false)
    /// It will.
    case selectOk

    /// Its class on the wire.
    static let classID: UInt16 = 85

    /// Its number within the class.
    var methodID: UInt16 {
        switch self {
        case .select: 10
        case .selectOk: 11
        }
    }

    /// Its name in the protocol.
    var name: String {
        switch self {
        case .select: "confirm.select"
        case .selectOk: "confirm.select-ok"
        }
    }

    /// Whether a server may send it.
    var isFromServer: Bool {
        switch self {
        case .selectOk: true
        case .select: false
        }
    }
}
