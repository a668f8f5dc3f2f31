import Glibc

/// `counter FILE`: appends one line "PID MS" and lives until SIGTERM: one line per start, which proves how many.
enum CounterMode {
    static func run(_ arguments: [String]) -> Int32 {
        let file = ModeOptions(arguments, mode: "counter").requiredWord("FILE", mode: "counter")
        ServiceSignals.limitLifetime()
        ServiceSignals.block([SIGTERM])
        appendLine("\(getpid()) \(monotonicMilliseconds())", to: file)
        ServiceSignals.waitForTermination()
        return 0
    }
}

/// `signals FILE`: appends "NAME MS" for every signal it gets; TERM, QUIT and INT change nothing else.
enum SignalsMode {
    /// Faults are left alone: blocked, they would kill the process in a stranger way.
    private static let recorded: [Int32] = {
        let left: Set<Int32> = [SIGKILL, SIGSTOP, SIGALRM, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS]
        // 32 and 33 belong to the threads of the C library.
        return (1...64).filter { !left.contains($0) && $0 != 32 && $0 != 33 }
    }()

    static func run(_ arguments: [String]) -> Int32 {
        let file = ModeOptions(arguments, mode: "signals").requiredWord("FILE", mode: "signals")
        ServiceSignals.limitLifetime()
        ServiceSignals.block(recorded)
        appendLine("started \(getpid()) \(monotonicMilliseconds())", to: file)
        writeText("ready\n")
        while true {
            guard let number = ServiceSignals.wait(for: recorded) else { continue }
            appendLine("\(ServiceSignals.name(of: number)) \(monotonicMilliseconds())", to: file)
        }
    }
}

/// `hup-counter FILE`: appends "hup N MS" for every SIGHUP, as a daemon that reloads; SIGTERM ends it with 0.
enum HangupCounterMode {
    static func run(_ arguments: [String]) -> Int32 {
        let file = ModeOptions(arguments, mode: "hup-counter").requiredWord("FILE", mode: "hup-counter")
        ServiceSignals.limitLifetime()
        ServiceSignals.block([SIGHUP, SIGTERM])
        appendLine("started \(getpid()) \(monotonicMilliseconds())", to: file)
        writeText("ready\n")
        var count = 0
        while ServiceSignals.wait(for: [SIGHUP, SIGTERM]) == SIGHUP {
            count += 1
            appendLine("hup \(count) \(monotonicMilliseconds())", to: file)
            writeText("reloaded \(count)\n")
        }
        return 0
    }
}
