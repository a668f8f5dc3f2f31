import HobAMQPCore
import Testing

@Suite struct TopologyRegistryTests {
    private static let temporary = QueueDeclaration(
        name: "amq.gen-1", isServerNamed: true, isDurable: false, isExclusive: true, autoDeletes: true)

    private static func binding(_ source: String, _ queue: String) -> Binding {
        Binding(source: source, destination: .queue(queue), routingKey: "k")
    }

    @Test func `exchanges come before queues, queues before bindings, each in its order`() {
        var registry = TopologyRegistry()
        registry.declared(QueueDeclaration(name: "q2"))
        registry.declared(QueueDeclaration(name: "q1"))
        registry.bound(Self.binding("e", "q1"))
        registry.bound(Self.binding("e", "q1"))
        registry.declared(ExchangeDeclaration(name: "e", type: "topic"))
        registry.declared(ExchangeDeclaration(name: "amq.topic", type: "topic"))
        #expect(
            registry.steps == [
                .exchange(ExchangeDeclaration(name: "e", type: "topic")), .queue(QueueDeclaration(name: "q2")),
                .queue(QueueDeclaration(name: "q1")), .binding(Self.binding("e", "q1")),
            ])
    }

    @Test func `what is deleted takes its bindings along`() {
        var registry = TopologyRegistry()
        registry.declared(ExchangeDeclaration(name: "e", type: "topic"))
        registry.declared(ExchangeDeclaration(name: "f", type: "topic"))
        registry.declared(QueueDeclaration(name: "q"))
        registry.bound(Self.binding("e", "q"))
        registry.bound(Binding(source: "e", destination: .exchange("f"), routingKey: ""))
        registry.deleted(exchange: "f")
        #expect(registry.steps.count == 3)
        registry.deleted(queue: "q")
        #expect(registry.steps == [.exchange(ExchangeDeclaration(name: "e", type: "topic"))])
    }

    @Test func `exchanges that go with their last binding are forgotten with it, and so on`() {
        var registry = TopologyRegistry()
        registry.declared(ExchangeDeclaration(name: "outer", type: "fanout", autoDeletes: true))
        registry.declared(ExchangeDeclaration(name: "inner", type: "fanout", autoDeletes: true))
        registry.declared(QueueDeclaration(name: "q"))
        registry.bound(Binding(source: "outer", destination: .exchange("inner"), routingKey: ""))
        registry.bound(Self.binding("inner", "q"))
        registry.bound(Self.binding("inner", "p"))
        registry.unbound(Self.binding("inner", "p"))
        #expect(registry.steps.count == 5)
        registry.unbound(Self.binding("inner", "q"))
        #expect(registry.steps == [.queue(QueueDeclaration(name: "q"))])
    }

    @Test func `a queue that goes with its last consumer is forgotten with it`() {
        var registry = TopologyRegistry()
        registry.declared(Self.temporary)
        registry.declared(QueueDeclaration(name: "kept"))
        registry.consuming("a", queue: "amq.gen-1")
        registry.consuming("b", queue: "amq.gen-1")
        registry.consuming("c", queue: "kept")
        registry.cancelled("a")
        registry.cancelled("c")
        registry.cancelled("unknown")
        #expect(registry.steps.count == 2)
        registry.cancelled("b")
        #expect(registry.steps == [.queue(QueueDeclaration(name: "kept"))])
    }

    @Test func `the server's new name reaches bindings, consumers and whoever knows the old one`() {
        var registry = TopologyRegistry()
        registry.declared(Self.temporary)
        registry.bound(Self.binding("e", "amq.gen-1"))
        registry.consuming("a", queue: "amq.gen-1")
        registry.rename("amq.gen-1", to: "amq.gen-2")
        registry.rename("amq.gen-2", to: "amq.gen-3")
        #expect(registry.currentName("amq.gen-1") == "amq.gen-3")
        #expect(registry.currentName("amq.gen-2") == "amq.gen-3")
        #expect(registry.queue("amq.gen-1")?.isServerNamed == true)
        #expect(registry.steps.last == .binding(Self.binding("e", "amq.gen-3")))
        guard case .queue(.declare("", _, _, _, _, _, _)) = registry.queue("amq.gen-1")?.method else {
            Issue.record("the server is to choose a name again")
            return
        }
        registry.cancelled("a")
        #expect(registry.isEmpty)
    }
}
