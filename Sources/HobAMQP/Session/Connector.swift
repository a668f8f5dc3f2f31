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
                    let name = settings.serverName ?? host.name
                    let secureName = FrameHandler.SecureName(
                        text: name, isVerified: settings.verifiesServer, isAddress: Self.isAddress(name))
                    if let tls = settings.tls {
                        // An address is verified as an address; as a name it may not be announced.
                        let handler = try NIOSSLClientHandler(
                            context: tls, serverHostname: secureName.isAddress ? nil : name)
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        FrameHandler(session, epoch: epoch, secureName: settings.tls == nil ? nil : secureName))
                }
            }
        bootstrap.connect(host: host.name, port: host.port).whenFailure { error in
            let reason = "\(host) cannot be reached: \(Self.reason(error))"
            if Self.isTimeout(error) {
                session.transportDown(reason, epoch: epoch)
            } else {
                session.transportRefused(reason, epoch: epoch)
            }
        }
    }

    private static func isTimeout(_ error: any Error) -> Bool {
        // The system's own patience is two minutes: who tries only then again spares everybody enough.
        switch error {
        case ChannelError.connectTimeout: true
        case let error as NIOConnectionError: error.connectionErrors.contains { isTimeout($0.error) }
        default: false
        }
    }

    /// NIO lists an error for each address of the name; the system's words for each are enough.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case ChannelError.connectTimeout(let time): return "no answer within \(time.nanoseconds / 1_000_000) ms"
        case let error as NIOConnectionError where !error.connectionErrors.isEmpty:
            return error.connectionErrors.map { "\($0.target): \(reason($0.error))" }.joined(separator: "; ")
        case is NIOConnectionError: return "nobody has this name"
        default: return "\(error)"
        }
    }

    static func isAddress(_ name: String) -> Bool {
        (try? SocketAddress(ipAddress: name, port: 0)) != nil
    }
}
#endif
