import HobSystem

/// Asks whether the daemon can be used, until it can: from 1 ms on, since the kernel announces no listener.
final class PingLoop {
    /// The longest a command may take to answer.
    private static let longestCommand: Duration = .seconds(5)

    private let ping: Ping
    private let longestPause: Duration
    private let loop: EventLoop
    /// Builds the request for a ping command.
    private let request: (Command) -> SpawnRequest
    private let answered: () -> Void
    /// Hears of each attempt that failed; may be nil.
    private let failed: ((String) -> Void)?

    private var pacing: ProbePacing
    private var begun = MonotonicTime(nanoseconds: 0)
    private var attemptBegun = MonotonicTime(nanoseconds: 0)
    private var probe: Probe?
    private var helper: HelperCommand?
    private var hook: Task<Void, Never>?
    private var timer: TimerToken?
    private var isCancelled = false
    /// Attempts whose answer nobody waits for any more have an older number.
    private var attempt: UInt64 = 0
    /// The last reason why it was not answered.
    private(set) var lastFailure: String?

    init(
        _ ping: Ping, longestPause: Duration, on loop: EventLoop, request: @escaping (Command) -> SpawnRequest,
        answered: @escaping () -> Void, failed: ((String) -> Void)? = nil
    ) {
        self.ping = ping
        self.longestPause = longestPause
        self.loop = loop
        self.request = request
        self.answered = answered
        self.failed = failed
        pacing = .prompt(upTo: max(longestPause, .milliseconds(1)), isCostly: ping.isCostly)
    }

    /// Asks at once; the answer comes later, once, unless it is cancelled.
    func begin() {
        begun = MonotonicTime.now()
        if case .tcp(let host, let port) = ping { return resolve(host, port) { .tcp($0) } }
        if case .unix(let path) = ping { return start(.unix(path)) }
        if case .http(let url) = ping {
            guard let url = HTTPAddress(url) else { return }
            return resolve(url.host, url.port) {
                .http($0, host: url.authority, path: url.path, statuses: 200...399)
            }
        }
        ask()
    }

    /// Something was heard of the daemon: asks sooner.
    func nudge() { probe?.nudge() }

    /// Whether it was not answered so far.
    var isAsking: Bool { !isCancelled }

    /// Asks no more; nothing is reported.
    func cancel() {
        isCancelled = true
        attempt += 1
        probe?.cancel()
        probe = nil
        helper?.cancel()
        helper = nil
        hook?.cancel()
        hook = nil
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    // MARK: Sockets

    private func resolve(_ host: String, _ port: UInt16, _ target: @escaping @Sendable ([SocketAddress]) -> ProbeTarget)
    {
        if let known = HostAddresses.known(host, port: port) { return start(target(known)) }
        let mailbox = loop.mailbox
        let box = LoopBound(self)
        do throws(SystemError) {
            try Thread.start(name: "hob-resolve") {
                let found = Result { try HostAddresses.resolve(host, port: port) }
                mailbox.post { box.value.resolved(found.map(target)) }
            }
        } catch {
            again(error.message)
        }
    }

    private func resolved(_ target: Result<ProbeTarget, any Error>) {
        guard !isCancelled else { return }
        switch target {
        case .success(let target): start(target)
        case .failure(let error):
            note("\(error)")
            guard !isCancelled else { return }
            // Names appear, too.
            timer = loop.schedule(after: .milliseconds(100)) { [weak self] in self?.begin() }
        }
    }

    private func start(_ target: ProbeTarget) {
        let probe = Probe(id: 0, target: target, pacing: pacing, userAgent: "hob", on: loop) { [weak self] event in
            switch event {
            case .succeeded: self?.success()
            case .failedAttempt(_, let reason), .expired(_, let reason): self?.note(reason)
            }
        }
        self.probe = probe
        probe.start(deadline: nil)
    }

    // MARK: Commands and closures

    private func ask() {
        attempt += 1
        attemptBegun = MonotonicTime.now()
        switch ping {
        case .command(let command): run(command)
        case .check(let check): call(check)
        case .connection(let open):
            call {
                guard let connection = try await open() else { return false }
                try? connection.close()
                return true
            }
        case .tcp, .unix, .http: begin()
        }
    }

    private func run(_ command: Command) {
        do throws(SpawnFailure) {
            helper = try HelperCommand(request(command), on: loop) { [weak self] outcome in
                switch outcome {
                case .succeeded: self?.success()
                case .failed(let how): self?.again(how)
                }
            }
            timer = loop.schedule(after: Self.longestCommand) { [weak self] in
                self?.helper?.cancel()
                self?.again("its ping command hangs")
            }
        } catch {
            again(error.message)
        }
    }

    private func call(_ body: @escaping @Sendable () async throws -> Bool) {
        let mailbox = loop.mailbox
        let box = LoopBound(self)
        let number = attempt
        hook = HookThread.run("hob-ping", body) { result in
            mailbox.post {
                guard box.value.attempt == number else { return }
                switch result {
                case .success(true): box.value.success()
                case .success(false): box.value.again("not there")
                case .failure(let error): box.value.again("\(error)")
                }
            }
        }
    }

    private func again(_ reason: String) {
        guard !isCancelled else { return }
        helper = nil
        if let timer { loop.cancel(timer) }
        timer = nil
        note(reason)
        guard !isCancelled else { return }
        let now = MonotonicTime.now()
        let pause = pacing.nextPause(elapsed: now - begun, lastAttempt: now - attemptBegun)
        timer = loop.schedule(after: pause) { [weak self] in self?.ask() }
    }

    private func note(_ reason: String) {
        lastFailure = reason
        failed?(reason)
    }

    private func success() {
        guard !isCancelled else { return }
        cancel()
        answered()
    }
}
