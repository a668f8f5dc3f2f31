/// What the next frame of a stream is, and where in the buffer its payload lies.
package struct Frame: Hashable, Sendable {
    /// What the payload holds.
    package enum Kind: UInt8, Sendable {
        /// A method with its arguments.
        case method = 1
        /// The header of a content: its size and properties.
        case header = 2
        /// A piece of a content's body.
        case body = 3
        /// Nothing; the other side is alive.
        case heartbeat = 8
    }

    /// What the payload holds.
    package var kind: Kind
    /// The channel; 0 is the connection itself.
    package var channel: UInt16
    /// Where the payload lies, counted from the frame's first byte.
    package var payload: Range<Int>

    /// A frame.
    package init(kind: Kind, channel: UInt16, payload: Range<Int>) {
        self.kind = kind
        self.channel = channel
        self.payload = payload
    }

    /// Seven bytes of head and one of end about each payload.
    package static let overhead = 8
    /// The octet behind each payload.
    package static let end: UInt8 = 0xCE
    /// No side may ask for smaller frames.
    package static let smallestLimit: UInt32 = 4_096

    /// The bytes of the whole frame.
    package var length: Int { payload.upperBound + 1 }
}
