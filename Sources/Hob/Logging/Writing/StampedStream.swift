import HobSystem

/// The output that somebody reads who puts the time before each line himself.
enum StampedStream {
    /// Whether the descriptor is the one that hob's `HOB_LOG_STREAM` or journald's `JOURNAL_STREAM` tells of, by
    /// `DEVICE:INODE`: the variables are inherited by descendants that write elsewhere.
    static func isOne(_ descriptor: Int32) -> Bool {
        let names = ["HOB_LOG_STREAM", "JOURNAL_STREAM"].compactMap { Surroundings.variables[$0] }
        let file = Descriptor(owning: descriptor)
        // It stays the process's.
        defer { _ = file.release() }
        guard !names.isEmpty, let status = try? FileStatus.of(file) else { return false }
        return names.contains("\(status.device):\(status.inode)")
    }
}
