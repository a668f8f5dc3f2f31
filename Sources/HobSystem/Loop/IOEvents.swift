import CHobSystem

/// What happened, or is to be watched for, on a descriptor.
package struct IOEvents: OptionSet, Sendable, Hashable {
    /// The bits of epoll(7).
    package let rawValue: UInt32

    /// Events of these bits.
    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// There is something to read, a connection to accept, or an end.
    package static let read = IOEvents(rawValue: UInt32(HOB_EVENT_READ))
    /// There is room to write.
    package static let write = IOEvents(rawValue: UInt32(HOB_EVENT_WRITE))
    /// There is something out of band.
    package static let priority = IOEvents(rawValue: UInt32(HOB_EVENT_PRIORITY))
    /// Always reported, whether asked for or not.
    package static let error = IOEvents(rawValue: UInt32(HOB_EVENT_ERROR))
    /// Always reported, whether asked for or not.
    package static let hangUp = IOEvents(rawValue: UInt32(HOB_EVENT_HANG_UP))
    /// The peer has closed its writing side.
    package static let readHangUp = IOEvents(rawValue: UInt32(HOB_EVENT_READ_HANG_UP))
    /// Asked for only: of several event loops that watch the same socket, one is woken and not all (EPOLLEXCLUSIVE).
    /// Such a watch cannot be modified.
    package static let exclusive = IOEvents(rawValue: 1 << 28)
}
