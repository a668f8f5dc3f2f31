#if AMQP
/// Hears what happens on a connection. The calls come from the connection's own thread, or from the caller's, and must
/// be quick.
public protocol AMQPObserver: Sendable {
    /// The connection is in another state.
    ///
    /// - Parameters:
    ///   - connection: its name.
    ///   - state: where it stands now.
    func stateChanged(connection: String, to state: AMQPConnectionState)

    /// Messages have moved since the last time; told once for each batch that went over the socket.
    ///
    /// - Parameters:
    ///   - connection: its name.
    ///   - traffic: what has moved.
    func moved(connection: String, _ traffic: AMQPTraffic)
}

/// How many messages and bytes have moved.
public struct AMQPTraffic: Hashable, Sendable {
    /// Messages sent, those sent again included.
    public var published: UInt64 = 0
    /// Messages that the broker has.
    public var confirmed: UInt64 = 0
    /// Messages that the broker could not take.
    public var notTaken: UInt64 = 0
    /// Mandatory messages that no queue has taken.
    public var returned: UInt64 = 0
    /// Messages that came for consumers or by `get`.
    public var delivered: UInt64 = 0
    /// Acknowledgements sent, refusals included.
    public var settled: UInt64 = 0
    /// Acknowledgements dropped because their channel has been opened anew since.
    public var stale: UInt64 = 0
    /// Bytes written.
    public var bytesOut: UInt64 = 0
    /// Bytes read.
    public var bytesIn: UInt64 = 0
    /// Times that a broken connection has been made again.
    public var recoveries: UInt64 = 0

    /// Nothing.
    public init() {}

    /// What has moved since the earlier count.
    static func - (later: AMQPTraffic, earlier: AMQPTraffic) -> AMQPTraffic {
        var difference = AMQPTraffic()
        difference.published = later.published &- earlier.published
        difference.confirmed = later.confirmed &- earlier.confirmed
        difference.notTaken = later.notTaken &- earlier.notTaken
        difference.returned = later.returned &- earlier.returned
        difference.delivered = later.delivered &- earlier.delivered
        difference.settled = later.settled &- earlier.settled
        difference.stale = later.stale &- earlier.stale
        difference.bytesOut = later.bytesOut &- earlier.bytesOut
        difference.bytesIn = later.bytesIn &- earlier.bytesIn
        difference.recoveries = later.recoveries &- earlier.recoveries
        return difference
    }
}
#endif
