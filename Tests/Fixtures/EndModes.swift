import Glibc

/// `exit N`: ends at once with this status.
enum ExitMode {
    static func run(_ arguments: [String]) -> Int32 {
        let options = ModeOptions(arguments, mode: "exit")
        guard let status = Int32(options.requiredWord("N", mode: "exit")), (0...255).contains(status) else {
            ModeOptions.refuse("exit", "N needs a number from 0 to 255")
        }
        return status
    }
}

/// `signal NAME`: ends at once by this signal, without a core file.
enum SignalMode {
    static func run(_ arguments: [String]) -> Int32 {
        let options = ModeOptions(arguments, mode: "signal")
        let name = options.requiredWord("NAME", mode: "signal")
        guard let number = ServiceSignals.number(named: name) else {
            ModeOptions.refuse("signal", "NAME needs a signal such as TERM, not '\(name)'")
        }
        var noCore = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(4), &noCore)
        signal(number, SIG_DFL)
        var set = ServiceSignals.set([number])
        sigprocmask(SIG_UNBLOCK, &set, nil)
        kill(getpid(), number)
        return 1
    }
}

/// `sleep`: says "ready" and lives until a signal ends it.
enum SleepMode {
    static func run(_ arguments: [String]) -> Int32 {
        _ = ModeOptions(arguments, mode: "sleep")
        ServiceSignals.limitLifetime()
        writeText("ready\n")
        while true { pause() }
    }
}

/// `deaf`: says "ready" and ignores TERM, INT, HUP and QUIT; only KILL (or its alarm) ends it.
enum DeafMode {
    static func run(_ arguments: [String]) -> Int32 {
        _ = ModeOptions(arguments, mode: "deaf")
        ServiceSignals.limitLifetime()
        for number in [SIGTERM, SIGINT, SIGHUP, SIGQUIT] { signal(number, SIG_IGN) }
        writeText("ready\n")
        while true { pause() }
    }
}
