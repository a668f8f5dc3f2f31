import Glibc
import HobSystem

/// Runs a program for each report; it is killed with its descendants at the deadline.
struct ReportCommand: ReportReceiver {
    /// How long a killed program may take to be gone before it is left to the kernel.
    private static let killPatience: Duration = .seconds(1)

    private let words: [String]

    /// - Parameter words: The program and its arguments; not empty.
    init(_ words: [String]) {
        self.words = words
    }

    func send(_ report: ReportQueue.Report, until deadline: MonotonicTime) -> String? {
        do {
            let input = try Descriptor.memory(named: "error-report")
            try report.json.withUnsafeBytes { try input.writeAll($0, at: 0) }
            var request = SpawnRequest(words.first ?? "", Array(words.dropFirst()))
            request.environment = environment(report)
            request.descriptors = [DescriptorMapping(source: input.raw, target: 0)]
            if let path = getenv("PATH") { request.searchPath = String(cString: path) }
            // A stand-in, not a child: the daemon's own waitpid must never see it.
            let standIn = try StandIn.start(request)
            return withExtendedLifetime(input) { outcome(of: standIn, until: deadline) }
        } catch {
            return "\(words.first ?? ""): \(error)"
        }
    }

    private func outcome(of standIn: StandIn, until deadline: MonotonicTime) -> String? {
        while let event = standIn.next(until: deadline) {
            switch event {
            case .spawned: continue
            case .failed(let failure): return failure.message
            case .ended(let status): return status.isSuccess ? nil : "\(words.first ?? "") \(status)"
            case .letGo: return "\(words.first ?? "") was lost: somebody has killed the process that waited for it"
            }
        }
        if let pid = standIn.process?.pid {
            for child in ProcessTree.descendants(of: pid) { _ = try? ProcessHandle.open(pid: child).signal(.kill) }
        }
        try? standIn.kill()
        let end = MonotonicTime.now() + Self.killPatience
        while let event = standIn.next(until: end), case .spawned = event {}
        return "\(words.first ?? "") was killed: it was not done in time"
    }

    private func environment(_ report: ReportQueue.Report) -> [String] {
        var variables = ProcessEnvironment.current.filter { name, _ in
            // Between the daemon and its supervisor.
            name != "NOTIFY_SOCKET" && !name.hasPrefix("LISTEN_") && !name.hasPrefix("WATCHDOG_")
        }
        let own = [
            "HOB_DAEMON": report.record.daemon, "HOB_LOG_LEVEL": report.record.level.rawValue,
            "HOB_LOG_MESSAGE": report.record.message, "HOB_HELD_BACK": String(report.heldBack),
        ]
        // A NUL would cut an entry short.
        for (name, value) in own { variables[name] = value.filter { $0 != "\0" } }
        return variables.map { "\($0.key)=\($0.value)" }.sorted()
    }
}
