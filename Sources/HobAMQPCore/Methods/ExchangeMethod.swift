// Made by Scripts/generate-amqp-methods of Scripts/amqp-methods.txt; change those.

/// Where messages are published to.
package enum ExchangeMethod: Hashable, Sendable {
    /// Makes an exchange, or checks that it is as described.
    case declare(
        exchange: String = "", type: String = "", passive: Bool = false, durable: Bool = false,
        autoDelete: Bool = false, internal: Bool = false, noWait: Bool = false, arguments: AMQPTable = [:])
    /// The exchange is there.
    case declareOk
    /// Takes an exchange away.
    case delete(exchange: String = "", ifUnused: Bool = false, noWait: Bool = false)
    /// The exchange is gone.
    case deleteOk
    /// Binds an exchange to another, an extension.
    case bind(
        destination: String = "", source: String = "", routingKey: String = "", noWait: Bool = false,
        arguments: AMQPTable = [:])
    /// The exchange is bound.
    case bindOk
    /// Takes a binding between exchanges away.
    case unbind(
        destination: String = "", source: String = "", routingKey: String = "", noWait: Bool = false,
        arguments: AMQPTable = [:])
    /// The binding is gone.
    case unbindOk

    /// Its class on the wire.
    static let classID: UInt16 = 40

    /// Its number within the class.
    var methodID: UInt16 {
        switch self {
        case .declare: 10
        case .declareOk: 11
        case .delete: 20
        case .deleteOk: 21
        case .bind: 30
        case .bindOk: 31
        case .unbind: 40
        case .unbindOk: 51
        }
    }

    /// Its name in the protocol.
    var name: String {
        switch self {
        case .declare: "exchange.declare"
        case .declareOk: "exchange.declare-ok"
        case .delete: "exchange.delete"
        case .deleteOk: "exchange.delete-ok"
        case .bind: "exchange.bind"
        case .bindOk: "exchange.bind-ok"
        case .unbind: "exchange.unbind"
        case .unbindOk: "exchange.unbind-ok"
        }
    }

    /// Whether a server may send it.
    var isFromServer: Bool {
        switch self {
        case .declareOk, .deleteOk, .bindOk, .unbindOk: true
        case .declare, .delete, .bind, .unbind: false
        }
    }
}
