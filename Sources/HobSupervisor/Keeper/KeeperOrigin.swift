internal import CHobKeeper
package import HobSystem

/// What hobd was started with and a keeper changes for itself: every supervisor gets it back.
package struct KeeperOrigin: Sendable, Hashable {
    /// The blocked signals, signal N as bit N - 1.
    package var signalMask: UInt64
    /// The soft limit of open files.
    package var openFiles: UInt64

    /// The oom_score_adj; nil when hobd still has it.
    package var oomScoreAdjustment: Int32?

    /// An origin of these values.
    package init(signalMask: UInt64, openFiles: UInt64, oomScoreAdjustment: Int32? = nil) {
        self.signalMask = signalMask
        self.openFiles = openFiles
        self.oomScoreAdjustment = oomScoreAdjustment
    }

    /// What a table says.
    init(_ head: hob_keeper_table) {
        self.init(
            signalMask: head.original_mask, openFiles: head.original_files,
            oomScoreAdjustment: (1...2_001).contains(head.original_oom) ? Int32(head.original_oom) - 1_001 : nil)
    }

    /// Says it in a table.
    func write(to head: inout hob_keeper_table) {
        head.original_mask = signalMask
        head.original_files = openFiles
        head.original_oom = oomScoreAdjustment.map { UInt32(clamping: $0 + 1_001) } ?? 0
    }

    /// The values of the calling thread; to be called before it changes any.
    package static func capture() throws(SystemError) -> KeeperOrigin {
        KeeperOrigin(signalMask: hob_keeper_signal_mask(), openFiles: try ProcessLimits.get(.openFiles).soft)
    }
}
