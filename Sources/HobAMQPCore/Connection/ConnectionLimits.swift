/// The limits of a connection: what one side asks for, or what both have agreed on.
package struct ConnectionLimits: Hashable, Sendable {
    /// The highest channel number.
    package var channelMax: UInt16
    /// Bytes of the largest frame, head and end included.
    package var frameMax: UInt32
    /// Seconds between signs of life; 0 asks for none.
    package var heartbeat: UInt16

    /// Limits; the defaults are what this library asks for.
    package init(channelMax: UInt16 = 2_047, frameMax: UInt32 = 131_072, heartbeat: UInt16 = 30) {
        self.channelMax = channelMax
        self.frameMax = frameMax
        self.heartbeat = heartbeat
    }

    /// What both sides can live with: 0 means no limit, else the lower counts.
    ///
    /// A heartbeat that only one side wants is held as that side wants it, as the broker expects.
    ///
    /// - Throws: when the other side asks for frames smaller than the protocol allows.
    package func agreed(with other: ConnectionLimits) throws(AMQPProtocolError) -> ConnectionLimits {
        let agreed = ConnectionLimits(
            channelMax: UInt16(Self.lower(UInt32(channelMax), UInt32(other.channelMax), none: 65_535)),
            frameMax: Self.lower(frameMax, other.frameMax, none: 131_072),
            heartbeat: heartbeat == 0 || other.heartbeat == 0
                ? max(heartbeat, other.heartbeat) : min(heartbeat, other.heartbeat))
        guard agreed.frameMax >= Frame.smallestLimit else {
            throw AMQPProtocolError(
                .notAllowed,
                "frames of \(agreed.frameMax) bytes are too small; both sides must allow \(Frame.smallestLimit)")
        }
        return agreed
    }

    /// What holds until the other side has said what it wants.
    package var unanswered: ConnectionLimits {
        var limits = self
        limits.channelMax = UInt16(Self.lower(UInt32(channelMax), 0, none: 65_535))
        limits.frameMax = max(UInt32(Frame.smallestLimit), Self.lower(frameMax, 0, none: 131_072))
        return limits
    }

    private static func lower(_ one: UInt32, _ other: UInt32, none: UInt32) -> UInt32 {
        if one == 0, other == 0 { return none }
        return one == 0 || other == 0 ? max(one, other) : min(one, other)
    }
}
