#if AMQP
import HobAMQPCore
import HobPolicy
import NIOCore
import NIOPosix
import NIOSSL

/// Makes the transport of one attempt.
enum Connector {
    static func connect(_ session: Session, to host: AMQPHost, epoch: UInt64) {
        let settings = session.settings
        let bootstrap = ClientBootstrap(group: session.loop)
            .connectTimeout(.nanoseconds(settings.connectionTimeout.wholeNanoseconds))
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            // Above it flushes wait, and what is published gathers in one place.
            .channelOption(.writeBufferWaterMark, value: .init(low: 64 << 10, high: 512 << 10))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls = settings.tls {
                        let name = settings.serverName ?? host.name
                        // An address is verified as an address; as a name it may not be announced.
                        let handler = try NIOSSLClientHandler(
                            context: tls, serverHostname: Self.isAddress(name) ? nil : name)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        FrameHandler(session, epoch: epoch, awaitsTLS: settings.tls != nil))
                }
            }
        bootstrap.connect(host: host.name, port: host.port).whenFailure { error in
            session.transportDown("\(host) cannot be reached: \(error)", epoch: epoch)
        }
    }

    static func isAddress(_ name: String) -> Bool {
        (try? SocketAddress(ipAddress: name, port: 0)) != nil
    }
}
#endif
