#if AMQP
import HobAMQPCore
import HobPolicy

/// A conversation with the broker on a connection. Its calls are answered one after the other; open another one for what
/// shall not wait.
///
/// When the connection breaks and is made again, so is the channel, with its consumers. When the broker closes it
/// because of an error on it (a passive declaration of what is not there, say), it is closed for good: everybody who
/// waits on it gets that error.
public final class AMQPChannel: Sendable {
    /// The connection it is on.
    public let connection: AMQPConnection
    /// Whether the broker confirms what is published on it.
    public let usesConfirms: Bool
    let reference: ChannelReference
    var session: Session { connection.session }

    init(_ connection: AMQPConnection, _ reference: ChannelReference, confirms: Bool) {
        self.connection = connection
        self.reference = reference
        usesConfirms = confirms
    }

    deinit {
        let reference = reference
        session.withState { state in
            state.endedChannels[reference.id] = nil
            guard state.channels[reference.number]?.id == reference.id else { return }
            state.endChannel(
                reference.number, AMQPError(.channelClosed, "nobody holds the channel any more"), .closed)
            state.endedChannels[reference.id] = nil
        }
    }

    /// Its number on the connection.
    public var number: UInt16 { reference.number }

    /// Why it is closed; nil while it may be used, if only when the connection stands again.
    public var closedBecause: AMQPError? {
        session.withState { state in
            do throws(AMQPError) {
                try state.record(reference)
                return nil
            } catch {
                return error
            }
        }
    }

    /// Closes it. Its consumers end, and what was delivered and not settled is delivered again, to somebody.
    ///
    /// - Throws: ``AMQPError`` when the broker does not answer in time.
    public func close() async throws {
        _ = try await session.wait { (state, id, continuation: CheckedContinuation<CallReply, any Error>) in
            let reference = self.reference
            guard state.channels[reference.number]?.id == reference.id else {
                state.effects.append(.resumeReply(continuation, .success(.method(.channel(.closeOk)))))
                return
            }
            guard state.isUp, state.channels[reference.number]?.machine.isOpen == true else {
                let error = AMQPError(ChannelEnding.closed, channel: reference.number, of: state.settings.name)
                state.endChannel(reference.number, error, .closed)
                state.effects.append(.resumeReply(continuation, .success(.method(.channel(.closeOk)))))
                return
            }
            let deadline = SessionState.now() + state.settings.callTimeout
            state.calls[id] = CallRecord(channel: reference, purpose: .close(continuation), deadline: deadline)
            state.arm(deadline)
            state.channelEvent(.close(.success, "", ChannelTicket(id)), on: reference.number)
        }
    }

    func method(_ method: Method, change: TopologyChange? = nil) async throws -> Method {
        switch try await session.call(method, on: reference, change: change) {
        case .method(let method): return method
        case .content(let content, _): return content.method
        }
    }
}
#endif
