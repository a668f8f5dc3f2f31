#if AMQP
import HobAMQPCore
import HobPolicy
import Logging
import NIOCore
import NIOSSL

/// What a session was told and never changes.
struct SessionSettings: Sendable {
    var name: String
    var hosts: [AMQPHost]
    var plan: ConnectionPlan
    var connectionTimeout: Duration
    var callTimeout: Duration
    var largestBody: Int
    var recovery: AMQPRecovery
    var tls: NIOSSLContext?
    var serverName: String?
    var verifiesServer: Bool
    var logger: Logger?
    var observer: (any AMQPObserver)?

    init(_ url: AMQPURL, _ configuration: AMQPConfiguration) throws(AMQPError) {
        name = configuration.name ?? url.hosts.map(\.description).joined(separator: ",")
        hosts = url.hosts.isEmpty ? [AMQPHost("localhost")] : url.hosts
        connectionTimeout = url.connectionTimeout ?? configuration.connectionTimeout
        callTimeout = configuration.callTimeout
        largestBody = configuration.largestBody
        recovery = configuration.recovery
        logger = configuration.logger
        observer = configuration.observer
        let tls = configuration.tls.overridden(by: url)
        self.tls = url.usesTLS ? try tls.makeContext() : nil
        serverName = tls.serverName
        verifiesServer = tls.verifiesServer
        var properties = configuration.clientProperties
        let standard: [(String, AMQPValue)] = [
            ("product", "HobAMQP"), ("platform", "Swift"), ("connection_name", .string(name)),
        ]
        for (key, value) in standard where properties[key] == nil { properties[key] = value }
        plan = ConnectionPlan(
            credentials: url.usesExternalLogin ? .external : .plain(user: url.user, password: url.password),
            virtualHost: url.virtualHost,
            limits: ConnectionLimits(
                channelMax: url.channelMax ?? 2_047, frameMax: url.frameMax ?? 131_072,
                heartbeat: url.heartbeat ?? configuration.heartbeat),
            clientProperties: properties, handshakeTimeout: connectionTimeout)
    }
}
#endif
