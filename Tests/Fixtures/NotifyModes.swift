import Glibc

/// `notify --delay MS [--status TEXT] [--watchdog] [--mainpid] [--claim-pid PID] [--extend MS]`: speaks the
/// sd_notify protocol.
///
/// After the delay READY=1, with `--mainpid` together with the pid of a child that goes on in its place. SIGHUP is a
/// reload; SIGUSR1 ends the watchdog's heartbeats; SIGTERM says STOPPING=1 and ends with 0.
enum NotifyMode {
    static func run(_ arguments: [String]) -> Int32 {
        let options = ModeOptions(
            arguments, mode: "notify", values: ["--delay", "--status", "--claim-pid", "--extend"],
            flags: ["--watchdog", "--mainpid"])
        ServiceSignals.limitLifetime()
        let signals = [SIGTERM, SIGHUP, SIGUSR1]
        ServiceSignals.block(signals)
        if let extend = options["--extend"].flatMap(Int.init) { notify("EXTEND_TIMEOUT_USEC=\(extend * 1000)") }
        if let status = options["--status"] { notify("STATUS=\(status)") }
        let readyAt = monotonicMilliseconds() + options.number("--delay")
        while let signal = ServiceSignals.wait(for: signals, until: readyAt) {
            if signal == SIGTERM { return 0 }
        }
        var ready = "READY=1"
        if options.has("--mainpid") {
            guard let child = ChildProcess.spawnSelf(["slow-stop", "0"], silent: true) else { return 71 }
            ready += "\nMAINPID=\(child)"
        } else if let claimed = options["--claim-pid"] {
            ready += "\nMAINPID=\(claimed)"
        }
        guard notify(ready) else { return 74 }
        if options.has("--mainpid") { return 0 }
        return serve(signals, heartbeat: options.has("--watchdog") ? watchdogMilliseconds() : nil)
    }

    private static func serve(_ signals: [Int32], heartbeat: Int?) -> Int32 {
        var heartbeat = heartbeat
        while true {
            let next = heartbeat.map { monotonicMilliseconds() + $0 }
            switch ServiceSignals.wait(for: signals, until: next) {
            case SIGTERM:
                notify("STOPPING=1")
                return 0
            case SIGHUP:
                notify("RELOADING=1\nMONOTONIC_USEC=\(monotonicMilliseconds() * 1000)")
                notify("READY=1\nSTATUS=reloaded")
            case SIGUSR1:
                heartbeat = nil
            default:
                notify("WATCHDOG=1")
            }
        }
    }

    /// Half the time that WATCHDOG_USEC allows, as sd_watchdog_enabled(3) advises.
    private static func watchdogMilliseconds() -> Int? {
        guard let text = getenv("WATCHDOG_USEC"), let limit = Int(String(cString: text)) else {
            writeText("hob-fixture notify: WATCHDOG_USEC is unset\n", to: STDERR_FILENO)
            return nil
        }
        return max(1, limit / 2000)
    }

    /// Sends one datagram to NOTIFY_SOCKET, a path or an abstract name.
    @discardableResult
    static func notify(_ message: String) -> Bool {
        guard let value = getenv("NOTIFY_SOCKET") else {
            writeText("hob-fixture notify: NOTIFY_SOCKET is unset\n", to: STDERR_FILENO)
            return false
        }
        let path = [UInt8](String(cString: value).utf8)
        guard let address = UnixAddress(path) else {
            writeText("hob-fixture notify: NOTIFY_SOCKET is too long\n", to: STDERR_FILENO)
            return false
        }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let bytes = [UInt8](message.utf8)
        let sent = address.withSocketAddress { pointer, length in
            sendto(descriptor, bytes, bytes.count, 0, pointer, length)
        }
        if sent < 0 { writeText("hob-fixture notify: \(String(cString: strerror(errno)))\n", to: STDERR_FILENO) }
        return sent == bytes.count
    }
}

/// `notify-fd N --delay MS [--record FILE]`: announces readiness the s6 way, by a newline on descriptor N, and lives
/// until SIGTERM. The record is a line with the time of the notice, in milliseconds of Unix time.
enum NotifyDescriptorMode {
    static func run(_ arguments: [String]) -> Int32 {
        let options = ModeOptions(arguments, mode: "notify-fd", values: ["--delay", "--record"])
        guard let descriptor = Int32(options.requiredWord("N", mode: "notify-fd")) else {
            ModeOptions.refuse("notify-fd", "N needs the number of a descriptor")
        }
        ServiceSignals.limitLifetime()
        ServiceSignals.block([SIGTERM])
        let readyAt = monotonicMilliseconds() + options.number("--delay")
        if ServiceSignals.wait(for: [SIGTERM], until: readyAt) != nil { return 0 }
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        // On record before anybody can act on it: who hears the notice may look at once.
        if let file = options["--record"] { appendLine("\(time.tv_sec * 1000 + time.tv_nsec / 1_000_000)", to: file) }
        guard writeText("\n", to: descriptor) else {
            writeText("hob-fixture notify-fd: descriptor \(descriptor) is not open\n", to: STDERR_FILENO)
            return 74
        }
        close(descriptor)
        ServiceSignals.waitForTermination()
        return 0
    }
}
