// Made by Scripts/generate-amqp-methods of Scripts/amqp-methods.txt; change those.

/// Where messages wait.
package enum QueueMethod: Hashable, Sendable {
    /// Makes a queue, or checks that it is as described.
    case declare(
        queue: String = "", passive: Bool = false, durable: Bool = false, exclusive: Bool = false,
        autoDelete: Bool = false, noWait: Bool = false, arguments: AMQPTable = [:])
    /// The queue is there; how full it is.
    case declareOk(queue: String = "", messageCount: UInt32 = 0, consumerCount: UInt32 = 0)
    /// Binds a queue to an exchange.
    case bind(
        queue: String = "", exchange: String = "", routingKey: String = "", noWait: Bool = false,
        arguments: AMQPTable = [:])
    /// The queue is bound.
    case bindOk
    /// Takes all waiting messages away.
    case purge(queue: String = "", noWait: Bool = false)
    /// The queue has been emptied of so many messages.
    case purgeOk(messageCount: UInt32 = 0)
    /// Takes a queue away.
    case delete(queue: String = "", ifUnused: Bool = false, ifEmpty: Bool = false, noWait: Bool = false)
    /// The queue is gone, with so many messages.
    case deleteOk(messageCount: UInt32 = 0)
    /// Takes a binding away.
    case unbind(queue: String = "", exchange: String = "", routingKey: String = "", arguments: AMQPTable = [:])
    /// The binding is gone.
    case unbindOk

    /// Its class on the wire.
    static let classID: UInt16 = 50

    /// Its number within the class.
    var methodID: UInt16 {
        switch self {
        case .declare: 10
        case .declareOk: 11
        case .bind: 20
        case .bindOk: 21
        case .purge: 30
        case .purgeOk: 31
        case .delete: 40
        case .deleteOk: 41
        case .unbind: 50
        case .unbindOk: 51
        }
    }

    /// Its name in the protocol.
    var name: String {
        switch self {
        case .declare: "queue.declare"
        case .declareOk: "queue.declare-ok"
        case .bind: "queue.bind"
        case .bindOk: "queue.bind-ok"
        case .purge: "queue.purge"
        case .purgeOk: "queue.purge-ok"
        case .delete: "queue.delete"
        case .deleteOk: "queue.delete-ok"
        case .unbind: "queue.unbind"
        case .unbindOk: "queue.unbind-ok"
        }
    }

    /// Whether a server may send it.
    var isFromServer: Bool {
        switch self {
        case .declareOk, .bindOk, .purgeOk, .deleteOk, .unbindOk: true
        case .declare, .bind, .purge, .delete, .unbind: false
        }
    }
}
