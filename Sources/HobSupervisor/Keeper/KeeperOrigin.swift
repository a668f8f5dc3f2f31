internal import CHobKeeper
package import HobSystem

/// What hobd was started with and a keeper changes for itself: every supervisor gets it back.
package struct KeeperOrigin: Sendable, Hashable {
    /// The blocked signals, signal N as bit N - 1.
    package var signalMask: UInt64
    /// The soft limit of open files.
    package var openFiles: UInt64

    /// The values of the calling thread; to be called before it changes any.
    package static func capture() throws(SystemError) -> KeeperOrigin {
        KeeperOrigin(signalMask: hob_keeper_signal_mask(), openFiles: try ProcessLimits.get(.openFiles).soft)
    }
}
