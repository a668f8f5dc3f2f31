import Glibc
import HobSystem

/// Makes the requests for the processes of a controller from its configuration.
struct RequestBuilder {
    /// Between a supervisor and the host; a daemon that outlives the host has no part in it.
    private static let hostsOwn: Set<String> = [
        "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES",
        "MAINPID", DaemonMark.variable,
    ]

    private let facts: DaemonFacts

    init(_ facts: DaemonFacts) {
        self.facts = facts
    }

    /// For a stop or ping command: the daemon's surroundings, without its mark.
    func helper(_ command: Command) -> SpawnRequest { base(command, extra: [:]) }

    /// For the start command, or a restart command, which may start the daemon anew: marked as the daemon's.
    ///
    /// - Parameters:
    ///   - lock: The lock file; a reader of it, at its end, becomes the daemon's stdin.
    ///   - notice: The path of the socket for sd_notify(3).
    ///   - inCgroup: Whether it gets a cgroup of its own, where ours may be divided.
    func marked(
        _ command: Command, lock: LockFile, notice: String?, inCgroup: Bool
    ) throws(SystemError) -> (request: SpawnRequest, held: [Descriptor]) {
        let daemonMark = DaemonMark(try FileStatus.of(lock.descriptor))
        let mark = daemonMark.mark
        var extra = [DaemonMark.variable: mark.token]
        if let notice { extra["NOTIFY_SOCKET"] = notice }
        var request = base(command, extra: extra)
        // A reader of our own: it must neither share the lock nor a position. Far behind the end it reads as /dev/null.
        let stdin = try Descriptor.open("/proc/self/fd/\(lock.descriptor.raw)", flags: .readOnly)
        _ = lseek(stdin.raw, 1 << 40, SEEK_SET)
        request.descriptors.append(DescriptorMapping(source: stdin.raw, target: 0))
        request.tag = ProcessMark.availableTag(for: mark.token)
        guard inCgroup, let cgroup = try? OwnCgroup.delegated()?.makeChild(daemonMark.cgroup) else {
            return (request, [stdin])
        }
        request.cgroup = cgroup.directory.raw
        return (request, [stdin, cgroup.directory])
    }

    /// Gives a request the daemon's output and the descriptors it keeps.
    func connectOutput(
        of request: inout SpawnRequest, to output: CapturedOutput?
    ) throws(SystemError) -> [Descriptor] {
        var held: [Descriptor] = []
        func both(_ raw: Int32) {
            request.descriptors += [
                DescriptorMapping(source: raw, target: 1), DescriptorMapping(source: raw, target: 2),
            ]
        }
        if let output {
            both(output.file.raw)
            held.append(output.file)
        } else if case .file(let path) = facts.log {
            let file = try Descriptor.open(path, flags: [.writeOnly, .create, .append], mode: 0o644)
            both(file.raw)
            held.append(file)
        } else if facts.log == .stream {
            request.descriptors += [DescriptorMapping(source: 1, target: 1), DescriptorMapping(source: 2, target: 2)]
        }
        for kept in facts.configuration.keptDescriptors where kept > 2 {
            request.descriptors.append(DescriptorMapping(source: kept, target: kept))
        }
        return held
    }

    private func base(_ command: Command, extra: [String: String]) -> SpawnRequest {
        let words = command.words
        var request = SpawnRequest(words.first ?? "", Array(words.dropFirst()))
        let environment = self.environment(extra)
        request.environment = environment.map { "\($0.key)=\($0.value)" }.sorted()
        if let path = environment["PATH"] { request.searchPath = path }
        request.directory = facts.configuration.directory
        request.umask = facts.configuration.umask
        return request
    }

    private func environment(_ extra: [String: String]) -> [String: String] {
        var values: [String: String] = [:]
        if facts.configuration.inheritsEnvironment {
            values = ProcessEnvironment.current
            for name in Self.hostsOwn { values[name] = nil }
        }
        for (name, value) in facts.configuration.environment { values[name] = value }
        return values.merging(extra) { $1 }
    }
}
