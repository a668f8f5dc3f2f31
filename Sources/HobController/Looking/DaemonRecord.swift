import HobSystem

/// Whom a controller started last, as it stands in the lock file.
struct DaemonRecord: Hashable, Sendable {
    /// How far the start had come.
    enum Phase: String, Sendable {
        /// Launched; whoever wrote this was waiting for it to become ready, or has died meanwhile.
        case starting
        /// It was ready.
        case ready
    }

    var phase: Phase
    var main: ProcessIdentity

    /// One line; a line that is cut off is no record.
    var text: String {
        "\(phase.rawValue) \(main.pid) \(main.startTime) \(main.bootID) \(main.pidNamespace) .\n"
    }

    init(phase: Phase, main: ProcessIdentity) {
        self.phase = phase
        self.main = main
    }

    init?(_ text: String) {
        let words = text.split(separator: "\n", omittingEmptySubsequences: false).first?.split(separator: " ") ?? []
        guard words.count == 6, words[5] == ".", let phase = Phase(rawValue: String(words[0])),
            let pid = Int32(words[1]), pid > 1, let start = UInt64(words[2]), let namespace = UInt64(words[4])
        else { return nil }
        self.init(
            phase: phase,
            main: ProcessIdentity(pid: pid, startTime: start, bootID: String(words[3]), pidNamespace: namespace))
    }
}
