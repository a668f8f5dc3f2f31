#if AMQP
public import HobAMQPCore

/// What went wrong with a broker, in a sentence, with a code to act upon.
public struct AMQPError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of error it is.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String, Sendable {
            case connectionFailed, refused, connectionLost, connectionClosed, channelClosed, returned, notTaken,
                consumerCancelled, timedOut, invalidArgument, tlsConfiguration
        }

        private let kind: Kind

        /// No host could be connected to.
        public static let connectionFailed = Code(kind: .connectionFailed)
        /// The broker refused the user, the password or the virtual host.
        public static let refused = Code(kind: .refused)
        /// The connection broke; whether the broker has what was under way is unknown.
        public static let connectionLost = Code(kind: .connectionLost)
        /// The connection was closed, by the application or for good.
        public static let connectionClosed = Code(kind: .connectionClosed)
        /// The channel is closed: by the application, or by the broker because of an error on it.
        public static let channelClosed = Code(kind: .channelClosed)
        /// A mandatory message that no queue has taken.
        public static let returned = Code(kind: .returned)
        /// The broker could not take the message.
        public static let notTaken = Code(kind: .notTaken)
        /// The broker has ended the consumer, for example because its queue was deleted.
        public static let consumerCancelled = Code(kind: .consumerCancelled)
        /// The broker has not answered in time; whether it did what was asked is unknown.
        public static let timedOut = Code(kind: .timedOut)
        /// What was asked cannot be said in the protocol.
        public static let invalidArgument = Code(kind: .invalidArgument)
        /// Certificates or keys that cannot be used.
        public static let tlsConfiguration = Code(kind: .tlsConfiguration)

        /// Its name.
        public var description: String { kind.rawValue }
    }

    /// What kind of error it is.
    public var code: Code
    /// What is wrong and, where it is known, what would be right.
    public var message: String
    /// The broker's own code, if it gave one.
    public var replyCode: AMQPReplyCode?

    /// An error.
    init(_ code: Code, _ message: String, replyCode: AMQPReplyCode? = nil) {
        self.code = code
        self.message = message
        self.replyCode = replyCode
    }

    /// The sentence.
    public var description: String { message }
}

extension AMQPError {
    /// How a connection ended, told to whom it concerns.
    init(_ ending: ConnectionEnding, of name: String) {
        let text = "the connection to \(name) \(ending)"
        switch ending {
        case .closed: self.init(.connectionClosed, text)
        case .closedByServer(let code, _): self.init(.connectionLost, text, replyCode: code)
        case .refused(let code, _): self.init(.refused, text, replyCode: code)
        case .incompatible: self.init(.connectionFailed, text)
        case .violated(let error): self.init(.connectionLost, text, replyCode: error.code)
        case .unreachable, .failed: self.init(.connectionFailed, text)
        case .silent, .lost: self.init(.connectionLost, text)
        case .handshakeTimedOut: self.init(.connectionFailed, text)
        }
    }

    /// How a channel ended, told to whom it concerns.
    init(_ ending: ChannelEnding, channel: UInt16, of name: String) {
        switch ending {
        case .connection(let ending): self.init(ending, of: name)
        case .closed, .notOpen:
            self.init(.channelClosed, "channel \(channel) of the connection to \(name) \(ending)")
        case .closedByServer(let code, _, _, _):
            self.init(
                .channelClosed, "channel \(channel) of the connection to \(name) \(ending)", replyCode: code)
        }
    }

    /// What cannot be said in the protocol.
    init(_ error: AMQPProtocolError) {
        self.init(.invalidArgument, error.message)
    }
}
#endif
