#if AMQP
import HobPolicy
import NIOCore
import NIOSSL
import NIOTLS

/// The last handler of a transport: hands bytes to the session, and tells it when the transport comes and goes.
final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// Whom the server's certificate must be for.
    struct SecureName {
        var text: String
        var isVerified: Bool
        /// An address is compared by the TLS library.
        var isAddress: Bool
    }

    private let session: Session
    private let epoch: UInt64
    private let secureName: SecureName?
    private var hasBegun = false
    private var handshakeTimer: Scheduled<Void>?
    private var pending: ByteBuffer?
    private var reason: String?

    init(_ session: Session, epoch: UInt64, secureName: SecureName?) {
        self.session = session
        self.epoch = epoch
        self.secureName = secureName
    }

    func channelActive(context: ChannelHandlerContext) {
        if secureName == nil {
            begin(context)
        } else {
            // Who accepts and says nothing would keep a descriptor for ever: nobody else knows this transport yet.
            let transport = context.channel
            handshakeTimer = context.eventLoop.scheduleTask(
                in: .nanoseconds(session.settings.connectionTimeout.wholeNanoseconds)
            ) { transport.close(promise: nil) }
        }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent {
            if let failure = identityFailure(context) {
                reason = failure
                context.close(promise: nil)
            } else {
                begin(context)
            }
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func identityFailure(_ context: ChannelHandlerContext) -> String? {
        guard let secureName, secureName.isVerified, !secureName.isAddress,
            let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate(),
            !TLSIdentity.isFor(secureName.text, certificate)
        else { return nil }
        return TLSFailure.anotherName(certificate, than: secureName.text)
    }

    private func begin(_ context: ChannelHandlerContext) {
        hasBegun = true
        handshakeTimer?.cancel()
        if session.transportUp(context.channel, epoch: epoch) {
            session.flush()
        } else {
            context.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if var pending = self.pending {
            self.pending = nil
            pending.writeBuffer(&buffer)
            buffer = pending
        }
        session.received(&buffer, epoch: epoch)
        guard buffer.readableBytes > 0 else { return }
        buffer.discardReadBytes()
        pending = buffer
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { session.flush() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        pending = nil
        handshakeTimer?.cancel()
        session.transportDown(reason ?? "the other side has closed the connection", epoch: epoch)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A close without TLS's own farewell tells no more than the close itself.
        if let error = error as? NIOSSLError, error == .uncleanShutdown { return }
        if let secureName, !hasBegun {
            let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
            reason = reason ?? TLSFailure.reason(error, certificate: certificate, name: secureName.text)
        } else {
            reason = "\(error)"
        }
        context.close(promise: nil)
    }
}
#endif
