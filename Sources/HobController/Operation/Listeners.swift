import HobSystem

/// What an operation listens to while a daemon starts.
struct Listeners {
    var pidFile: PIDFileWait?
    var ping: PingLoop?
    var notice: ReadyNotice?
    var isPhraseAwaited = false
    /// The next ping after one that a stranger has answered.
    var retry: TimerToken?
    private var outputChanges: FileChanges.Subscription?
    /// Sockets that listened on the ping's port before the start.
    private var strangers: Set<UInt64> = []
    /// Why the last ping was not answered.
    private var lastFailure: String?

    /// Calls the body when something is written into the captured output.
    mutating func followOutput(
        _ output: CapturedOutput?, on surroundings: ControllerLoop, _ body: @escaping () -> Void
    ) {
        if let outputChanges { surroundings.changes.cancel(outputChanges) }
        outputChanges = output.flatMap {
            surroundings.changes.subscribe("/proc/self/fd/\($0.file.raw)", events: .modified) { _ in body() }
        }
    }

    /// Remembers who listens where the ping goes before anything is started: their answers are not the daemon's.
    mutating func noteStrangers(_ ping: Ping?) {
        guard let port = Self.port(of: ping) else { return }
        strangers = Set((try? PortHolder.listenerInodes(port: port)) ?? [])
    }

    /// Whether who listens where the ping goes did so before the start and is none of the daemon's processes.
    func isStrangers(_ ping: Ping?, tree: () -> [Int32]) -> Bool {
        guard !strangers.isEmpty, let port = Self.port(of: ping),
            let now = try? PortHolder.listenerInodes(port: port), !strangers.isDisjoint(with: now)
        else { return false }
        return (try? PortHolder.isListening(port: port, anyOf: tree())) == false
    }

    /// What may explain that the daemon did not come up; nil when nothing is known.
    func hint(_ ping: Ping?) -> String? {
        if isStrangers(ping, tree: { [] }), let port = Self.port(of: ping) {
            let holder = ((try? PortHolder.find(port: port)) ?? nil).map { " by \($0)" } ?? ""
            return "port \(port) was taken\(holder) before the start"
        }
        guard let reason = self.ping?.lastFailure ?? lastFailure, Self.isTelling(reason) else { return nil }
        return "ping: \(reason)"
    }

    /// What has not come so far, in a sentence; nil when nothing is waited for.
    func missing(_ facts: DaemonFacts) -> String? {
        var parts: [String] = []
        if pidFile?.isWaiting ?? false {
            parts.append("its pid file \(facts.configuration.pidFile) names no process of it")
        }
        if let ping, ping.isAsking {
            parts.append("its ping was not answered" + (ping.lastFailure.map { " (\($0))" } ?? ""))
        }
        if isPhraseAwaited { parts.append("its ready phrase has not appeared") }
        if parts.isEmpty, notice != nil { parts.append("it has not sent READY=1") }
        return parts.isEmpty ? nil : "Until then \(parts.joined(separator: ", and "))."
    }

    /// Stops listening to anything.
    mutating func cancel(on surroundings: ControllerLoop) {
        pidFile?.cancel()
        pidFile = nil
        ping?.cancel()
        lastFailure = ping?.lastFailure ?? lastFailure
        ping = nil
        notice?.cancel()
        notice = nil
        isPhraseAwaited = false
        if let retry { surroundings.loop.cancel(retry) }
        retry = nil
        if let outputChanges { surroundings.changes.cancel(outputChanges) }
        outputChanges = nil
    }

    /// That nobody listens says nothing that "timed out" does not say.
    private static func isTelling(_ reason: String) -> Bool {
        !["connection refused", "no such socket", "not there"].contains(reason)
    }

    private static func port(of ping: Ping?) -> UInt16? {
        switch ping {
        case .tcp(_, let port): port
        case .http(let url): HTTPAddress(url)?.port
        case .unix, .command, .check, .connection, nil: nil
        }
    }
}
