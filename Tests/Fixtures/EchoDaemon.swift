import Glibc

/// The daemon's part of `echo-server`, from its first step on its own feet to its end.
///
/// -C DIR (/) · stdin from the null device, -l LOG for stdout and stderr · --log-message2 · the environment files ·
/// --children N with --children-file FILE, --double-fork-child FILE · -P PIDFILE · --wait2 S · --crash-before-bind
/// (status 2), --crash-signal NAME · --port N with --port-file FILE and --bind ADDRESS, --unix PATH · serves.
/// From the log's opening on it says --phrase TEXT after --phrase-after S, READY=1 after --notify-after S, and a line
/// every --log-every MS. TERM, INT and QUIT end it, --stop-time S later, with its files removed; HUP does nothing.
final class EchoDaemon {
    private let options: EchoServerOptions
    private let signals: SignalInbox
    private var launcher: Int32?
    private var schedule = EchoSchedule()
    private var hasPIDFile = false

    init(_ options: EchoServerOptions, signals: SignalInbox, launcher: Int32?) {
        self.options = options
        self.signals = signals
        self.launcher = launcher
    }

    func run() -> Int32 {
        guard openLog() else { return 71 }
        if let text = options.text("--log-message2") { writeText(text + "\n") }
        schedule = EchoSchedule(options, from: monotonicMilliseconds())
        for file in options.environmentFiles { guard writeEnvironment(to: file) else { return 73 } }
        defer { for file in options.environmentFiles { unlink(file) } }
        EchoChildren.leave(options, launcher: launcher)
        guard writePIDFile() else { return 73 }
        wait(options.milliseconds("--wait2"))
        if let number = options.crashSignal {
            writeText("crashing with \(ServiceSignals.name(of: number)), as instructed\n")
            SignalInbox.die(by: number)
        }
        if options.has("--crash-before-bind") {
            writeText("crashing, as instructed\n")
            return 2
        }
        guard let listeners = listen() else { return 71 }
        var server = EchoServer(listeners: listeners, answersHTTP: options.has("--http"))
        serve(&server)
        writeText("stopping\n")
        wait(options.milliseconds("--stop-time"), isStopping: true)
        if let path = options.path("--unix") { unlink(path) }
        if let file = options.path("--port-file") { unlink(file) }
        if hasPIDFile && options.removesPIDFile, let file = options.pidFile { unlink(file) }
        return 0
    }

    // MARK: Before it serves

    private func openLog() -> Bool {
        let log: Int32?
        switch options.text("-l") {
        case "/dev/stdout"?, "-"?: log = STDOUT_FILENO
        case "/dev/stderr"?: log = STDERR_FILENO
        case .some: log = options.path("-l").map { open($0, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644) }
        case nil: log = launcher == nil ? nil : open("/dev/null", O_WRONLY | O_CLOEXEC)
        }
        if let log {
            guard log >= 0 else { return complain("open the log \(options.text("-l") ?? "")") }
            if log != STDOUT_FILENO { dup2(log, STDOUT_FILENO) }
            if log != STDERR_FILENO { dup2(log, STDERR_FILENO) }
            if log > STDERR_FILENO { close(log) }
        }
        let null = open("/dev/null", O_RDONLY | O_CLOEXEC)
        if null > 0 {
            dup2(null, STDIN_FILENO)
            close(null)
        }
        let directory = options.path("-C") ?? "/"
        return chdir(directory) == 0 || complain("change to the directory \(directory)")
    }

    private func writeEnvironment(to file: String) -> Bool {
        var text = ""
        var entry = environ
        while let variable = entry.pointee {
            text += String(cString: variable) + "\n"
            entry += 1
        }
        return Self.write(text, to: file) || complain("write \(file)")
    }

    private func writePIDFile() -> Bool {
        defer { releaseLauncher() }
        guard let file = options.pidFile else { return true }
        let text = options.text("--pid-file-text") ?? "\(getpid())\n"
        let delay = options.milliseconds("--pid-file-delay")
        if delay > 0 {
            guard Self.write("", to: file) else { return complain("write \(file)") }
            releaseLauncher()
            wait(delay)
        }
        hasPIDFile = Self.write(text, to: file)
        return hasPIDFile || complain("write \(file)")
    }

    private func releaseLauncher() {
        guard let end = launcher else { return }
        writeText(".", to: end)
        close(end)
        launcher = nil
    }

    private func listen() -> [Int32]? {
        var listeners: [Int32] = []
        let mode = EchoServerOptions.mode
        if let port = options.port {
            let address = options.text("--bind") ?? "127.0.0.1"
            guard let socket = Listener.tcp(address, port: port, mode: mode) else { return nil }
            listeners.append(socket)
            let chosen = Listener.port(of: socket)
            writeText("echo server listens on \(address) port \(chosen)\n")
            if let file = options.path("--port-file") {
                // The name appears last, so that who sees the file can read the number.
                guard Self.write("\(chosen)\n", to: file + ".new"), rename(file + ".new", file) == 0 else {
                    _ = complain("write \(file)")
                    return nil
                }
            }
        }
        if let path = options.path("--unix") {
            guard let socket = Listener.unix(path, mode: mode) else { return nil }
            listeners.append(socket)
            writeText("echo server listens on \(path)\n")
        }
        return listeners
    }

    // MARK: Waiting

    /// Lets time pass; a signal ends this process as it would any other, unless it is ignored or stopping already.
    private func wait(_ milliseconds: Int, isStopping: Bool = false) {
        let end = monotonicMilliseconds() + milliseconds
        while monotonicMilliseconds() < end {
            var none: [pollfd] = []
            signals.wait(until: min(end, schedule.next ?? end), also: &none)
            for number in signals.take() where !isIgnored(number) && !isStopping { SignalInbox.die(by: number) }
            schedule.run(at: monotonicMilliseconds())
        }
    }

    private func serve(_ server: inout EchoServer) {
        signal(SIGPIPE, SIG_IGN)
        while true {
            var entries = server.entries
            signals.wait(until: schedule.next, also: &entries)
            for number in signals.take() where number != SIGHUP && !isIgnored(number) { return }
            schedule.run(at: monotonicMilliseconds())
            server.handle(entries)
        }
    }

    private func isIgnored(_ number: Int32) -> Bool {
        guard number == SIGTERM, options.has("--ignore-sigterm") else { return false }
        writeText("got SIGTERM\n")
        return true
    }

    private func complain(_ action: String) -> Bool {
        writeText("echo-server: cannot \(action): \(String(cString: strerror(errno)))\n", to: STDERR_FILENO)
        return false
    }

    /// Replaces a file's content in place, as ordinary daemons do.
    static func write(_ text: String, to path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return writeText(text, to: descriptor)
    }
}
