/// What happens to a consumer.
package enum ConsumerEvent: Hashable, Sendable {
    /// Its channel is open: messages may be asked for.
    case subscribe
    /// The broker will send messages.
    case subscribed
    /// The broker refuses.
    case refused(ChannelEnding)
    /// A message has come.
    case delivered
    /// The application has taken a message.
    case taken
    /// The application wants no more.
    case cancel
    /// The broker has ended it as asked.
    case cancelled
    /// The broker has ended it of its own accord: its queue has gone.
    case cancelledByServer
    /// Its channel has ended; whether it will be opened again.
    case channelEnded(ChannelEnding, returns: Bool)
    /// Its time to ask again has come.
    case expired
}

/// What is to be done for a consumer, in the order given.
package enum ConsumerAction: Hashable, Sendable {
    /// Ask the broker for messages.
    case consume
    /// Tell the broker to send no more.
    case cancel
    /// Declare the queue again if it is ours, then ask for messages: in so long a time.
    case resubscribe(after: Duration)
    /// Hand the message to the application.
    case push
    /// Give what the application has not taken back to the queue.
    case requeueBuffered
    /// Throw away what the application has not taken: the broker delivers it again.
    case dropBuffered
    /// Read nothing more from the socket: the application does not keep up.
    case pauseReading
    /// Read on.
    case resumeReading
    /// The messages end here, for this reason.
    case finish(ConsumerEnding)
}

/// How a consumer ended.
package enum ConsumerEnding: Hashable, Sendable {
    /// The application wanted no more.
    case cancelled
    /// The broker ended it.
    case cancelledByServer
    /// Its channel ended.
    case channel(ChannelEnding)
}
