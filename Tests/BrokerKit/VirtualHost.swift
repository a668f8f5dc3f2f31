import Synchronization

/// A virtual host of one test: empty, open to guest and hob-client, and gone with this object.
package final class VirtualHost: Sendable {
    private static let count = Atomic(0)

    /// Its name.
    package let name: String
    /// `amqp://guest:guest@127.0.0.1:PORT/NAME`
    package var url: String { "\(broker.base)/\(name)" }
    /// The same with TLS; nil where there is none.
    package var secureURL: String? { broker.secureBase.map { "\($0)/\(name)" } }
    /// Whose it is.
    package let broker: Broker

    /// Makes one, in about 60 ms; no letter of its name needs an escape in a URL.
    package init(on broker: Broker) throws {
        self.broker = broker
        name = "test-\(Self.count.add(1, ordering: .relaxed).newValue)"
        try broker.evaluate(
            "rabbit_vhost:add(<<\"\(name)\">>, <<\"hob\">>), "
                + "[rabbit_auth_backend_internal:set_permissions(U, <<\"\(name)\">>, "
                + "<<\".*\">>, <<\".*\">>, <<\".*\">>, <<\"hob\">>) || U <- [<<\"guest\">>"
                + (broker.certificates == nil ? "]]" : ", <<\"hob-client\">>]]"))
    }

    deinit {
        _ = try? broker.evaluate("rabbit_vhost:delete(<<\"\(name)\">>, <<\"hob\">>)")
    }
}
