import Glibc

/// `echo-server`: the daemon that the controller's tests start and stop; its options in the order of what it does.
///
/// The launcher: --spawn-counter FILE · refuses a pid file with content · --log-message1 · --wait1 S · forks twice.
/// The daemon, see ``EchoDaemon``. The launcher ends with 0 when the pid file is there (with --pid-file-delay: empty),
/// with 1 when the daemon died before. With --no-daemonize one process is both.
///
/// Until it serves, TERM, INT, QUIT and HUP end it as they end any process; --ignore-sigterm makes it log "got SIGTERM"
/// and go on, always. --count-signals FILE has a line "NAME MS PID" for each of the four. All times are in seconds,
/// --log-every alone in milliseconds.
enum EchoServerMode {
    static func run(_ arguments: [String]) -> Int32 {
        let options = EchoServerOptions(arguments)
        ServiceSignals.limitLifetime()
        let signals = SignalInbox(record: options.path("--count-signals"))
        if let file = options.path("--spawn-counter") { appendLine("\(getpid())", to: file) }
        if let file = options.pidFile, size(of: file) > 0 {
            writeText("the pid file \(file) exists: is another echo server running?\n")
            return 1
        }
        if let text = options.text("--log-message1") { writeText(text + "\n") }
        let end = monotonicMilliseconds() + options.milliseconds("--wait1")
        while monotonicMilliseconds() < end { heed(signals, options, until: end) }
        if options.has("--no-daemonize") { return EchoDaemon(options, signals: signals, launcher: nil).run() }
        return daemonize(options, signals)
    }

    /// Waits for a signal, which ends this process unless it is ignored, for the descriptor or for the deadline.
    private static func heed(
        _ signals: SignalInbox, _ options: EchoServerOptions, until deadline: Int?, also descriptor: Int32? = nil
    ) {
        var entries = descriptor.map { [pollfd(fd: $0, events: Int16(POLLIN), revents: 0)] } ?? []
        signals.wait(until: deadline, also: &entries)
        for number in signals.take() {
            guard number == SIGTERM, options.has("--ignore-sigterm") else { SignalInbox.die(by: number) }
            writeText("got SIGTERM\n")
        }
    }

    private static func daemonize(_ options: EchoServerOptions, _ signals: SignalInbox) -> Int32 {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return 71 }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        // This process has one thread, so a plain fork is safe here.
        SignalInbox.hold()
        let child = fork()
        if child == 0 {
            setsid()
            let daemon = fork()
            guard daemon == 0 else { _exit(daemon < 0 ? 71 : 0) }
            close(ends[0])
            // An alarm does not survive a fork.
            ServiceSignals.limitLifetime()
            close(signals.descriptor)
            let signals = SignalInbox(record: options.path("--count-signals"))
            exit(EchoDaemon(options, signals: signals, launcher: ends[1]).run())
        }
        var caught = ServiceSignals.set(SignalInbox.caught)
        sigprocmask(SIG_UNBLOCK, &caught, nil)
        guard child > 0 else { return 71 }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 && errno == EINTR {}
        close(ends[1])
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        while true {
            heed(signals, options, until: nil, also: ends[0])
            var byte: UInt8 = 0
            let count = read(ends[0], &byte, 1)
            if count >= 0 { return count == 1 ? 0 : 1 }
        }
    }

    private static func size(of path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }
}
