/// What this connection has made on the broker and would make again on a new one.
///
/// What is deleted, and what goes by itself with its last binding or its last consumer of ours, is forgotten: nobody
/// wants it back. Names that the server gave are replaced by new ones, and whoever asks by the old name gets the new.
package struct TopologyRegistry: Sendable {
    private var exchanges: [ExchangeDeclaration] = []
    private var queues: [QueueDeclaration] = []
    private var bindings: [Binding] = []
    private var consumers: [String: String] = [:]
    private var renamed: [String: String] = [:]

    /// A registry of nothing.
    package init() {}

    /// Whether nothing is to be made again.
    package var isEmpty: Bool { exchanges.isEmpty && queues.isEmpty && bindings.isEmpty }

    /// What the queue is called now.
    package func currentName(_ queue: String) -> String { renamed[queue] ?? queue }

    /// The declaration of a queue, if it is ours.
    package func queue(_ name: String) -> QueueDeclaration? {
        let name = currentName(name)
        return queues.first { $0.name == name }
    }

    // MARK: What has been made

    /// An exchange has been declared.
    package mutating func declared(_ exchange: ExchangeDeclaration) {
        // The broker's own, which always exist, cannot be declared by a name that begins so.
        guard !exchange.name.isEmpty, !exchange.name.hasPrefix("amq.") else { return }
        if let index = exchanges.firstIndex(where: { $0.name == exchange.name }) {
            exchanges[index] = exchange
        } else {
            exchanges.append(exchange)
        }
    }

    /// A queue has been declared.
    package mutating func declared(_ queue: QueueDeclaration) {
        if let index = queues.firstIndex(where: { $0.name == queue.name }) {
            // Declared again by its name, it is still the server's name.
            let isServerNamed = queues[index].isServerNamed || queue.isServerNamed
            queues[index] = queue
            queues[index].isServerNamed = isServerNamed
        } else {
            queues.append(queue)
        }
    }

    /// A binding has been made.
    package mutating func bound(_ binding: Binding) {
        guard !bindings.contains(binding) else { return }
        bindings.append(binding)
    }

    /// A consumer of a queue has begun.
    package mutating func consuming(_ tag: String, queue: String) { consumers[tag] = currentName(queue) }

    // MARK: What has gone

    /// An exchange has been deleted.
    package mutating func deleted(exchange: String) {
        exchanges.removeAll { $0.name == exchange }
        removeBindings { $0.source == exchange || $0.destination == .exchange(exchange) }
    }

    /// A queue has been deleted.
    package mutating func deleted(queue: String) {
        let queue = currentName(queue)
        renamed = renamed.filter { $0.value != queue }
        queues.removeAll { $0.name == queue }
        consumers = consumers.filter { $0.value != queue }
        removeBindings { $0.destination == .queue(queue) }
    }

    /// A binding has been taken away.
    package mutating func unbound(_ binding: Binding) { removeBindings { $0 == binding } }

    /// A consumer has ended; a queue that goes with its last consumer may have gone too.
    package mutating func cancelled(_ tag: String) {
        guard let queue = consumers.removeValue(forKey: tag), !consumers.values.contains(queue),
            queues.contains(where: { $0.name == queue && $0.autoDeletes })
        else { return }
        deleted(queue: queue)
    }

    /// Exchanges that go with their last binding go with these, and so on.
    private mutating func removeBindings(_ gone: (Binding) -> Bool) {
        let sources = Set(bindings.filter(gone).map(\.source))
        bindings.removeAll(where: gone)
        for source in sources where !bindings.contains(where: { $0.source == source }) {
            if exchanges.contains(where: { $0.name == source && $0.autoDeletes }) { deleted(exchange: source) }
        }
    }

    // MARK: On a new connection

    /// The server has given a queue a new name.
    package mutating func rename(_ old: String, to new: String) {
        guard old != new else { return }
        for index in queues.indices where queues[index].name == old { queues[index].name = new }
        for index in bindings.indices where bindings[index].destination == .queue(old) {
            bindings[index].destination = .queue(new)
        }
        for (tag, queue) in consumers where queue == old { consumers[tag] = new }
        for (name, current) in renamed where current == old { renamed[name] = new }
        renamed[old] = new
    }

    /// What is to be declared and bound again, in this order.
    package var steps: [RecoveryStep] {
        exchanges.map { .exchange($0) } + queues.map { .queue($0) } + bindings.map { .binding($0) }
    }
}
