import Glibc

/// `unresponsive [-P PIDFILE] [--ignore-sigterm] [--count-signals FILE] [--spawn-counter FILE]`: stays in the
/// foreground, writes its pid and is of no use for 60 s.
///
/// --count-signals has a line "NAME MS PID" for each TERM, INT, QUIT and HUP.
enum UnresponsiveMode {
    static func run(_ arguments: [String]) -> Int32 {
        let mode = "unresponsive"
        let options = ModeOptions(
            arguments, mode: mode, values: ["-P", "--count-signals", "--spawn-counter"], flags: ["--ignore-sigterm"])
        ServiceSignals.limitLifetime()
        let signals = SignalInbox(record: options["--count-signals"])
        if let file = options["--spawn-counter"] { appendLine("\(getpid())", to: file) }
        if let file = options["-P"], !EchoDaemon.write("\(getpid())\n", to: file) {
            ModeOptions.refuse(mode, "cannot write \(file): \(String(cString: strerror(errno)))")
        }
        let end = monotonicMilliseconds() + 60_000
        while monotonicMilliseconds() < end {
            var none: [pollfd] = []
            signals.wait(until: end, also: &none)
            for number in signals.take() where number != SIGTERM || !options.has("--ignore-sigterm") {
                SignalInbox.die(by: number)
            }
        }
        return 0
    }
}
