#if AMQP
import NIOCore
import NIOSSL
import NIOTLS

/// The last handler of a transport: hands bytes to the session, and tells it when the transport comes and goes.
final class FrameHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let session: Session
    private let epoch: UInt64
    private let awaitsTLS: Bool
    private var pending: ByteBuffer?
    private var reason: String?

    init(_ session: Session, epoch: UInt64, awaitsTLS: Bool) {
        self.session = session
        self.epoch = epoch
        self.awaitsTLS = awaitsTLS
    }

    func channelActive(context: ChannelHandlerContext) {
        if !awaitsTLS { begin(context) }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { begin(context) }
        context.fireUserInboundEventTriggered(event)
    }

    private func begin(_ context: ChannelHandlerContext) {
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
        session.transportDown(reason ?? "the other side has closed the connection", epoch: epoch)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A close without TLS's own farewell tells no more than the close itself.
        if let error = error as? NIOSSLError, error == .uncleanShutdown { return }
        reason = "\(error)"
        context.close(promise: nil)
    }
}
#endif
