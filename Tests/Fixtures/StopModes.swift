import Glibc

/// `slow-stop MS`: takes its time to stop: ends with status 0 that long after SIGTERM.
enum SlowStopMode {
    static func run(_ arguments: [String]) -> Int32 {
        let options = ModeOptions(arguments, mode: "slow-stop")
        guard let delay = Int(options.requiredWord("MS", mode: "slow-stop")), delay >= 0 else {
            ModeOptions.refuse("slow-stop", "MS needs a number of milliseconds")
        }
        ServiceSignals.limitLifetime()
        ServiceSignals.block([SIGTERM])
        writeText("ready\n")
        _ = ServiceSignals.wait(for: [SIGTERM])
        writeText("stopping\n")
        let end = monotonicMilliseconds() + delay
        // Further TERMs are taken and change nothing.
        while ServiceSignals.wait(for: [SIGTERM], until: end) != nil {}
        writeText("stopped\n")
        return 0
    }
}

/// `crash --after MS --status N | --signal NAME`: ends unasked, one way or the other.
enum CrashMode {
    static func run(_ arguments: [String]) -> Int32 {
        let options = ModeOptions(arguments, mode: "crash", values: ["--after", "--status", "--signal"])
        let number: Int32?
        if let name = options["--signal"] {
            guard let known = ServiceSignals.number(named: name) else {
                ModeOptions.refuse("crash", "--signal needs a name such as SEGV, not '\(name)'")
            }
            number = known
        } else {
            number = nil
        }
        let end = monotonicMilliseconds() + options.number("--after")
        ServiceSignals.block([SIGTERM])
        if ServiceSignals.wait(for: [SIGTERM], until: end) != nil { return 0 }
        guard let number else { return Int32(truncatingIfNeeded: options.number("--status", default: 1)) }
        writeText("crashing with \(ServiceSignals.name(of: number))\n", to: STDERR_FILENO)
        // A test that wants a core file asks for it by --signal ABRT under its own limit; others leave none behind.
        var noCore = rlimit(rlim_cur: 0, rlim_max: 0)
        if getenv("HOB_FIXTURE_CORE") == nil { setrlimit(__rlimit_resource_t(4), &noCore) }
        var set = ServiceSignals.set([number])
        signal(number, SIG_DFL)
        sigprocmask(SIG_UNBLOCK, &set, nil)
        kill(getpid(), number)
        return 1
    }
}
