import Glibc

/// Signals that a mode takes synchronously: blocked first, then waited for, so that no handler can race.
enum ServiceSignals {
    private static let names: [(name: String, number: Int32)] = [
        ("HUP", SIGHUP), ("INT", SIGINT), ("QUIT", SIGQUIT), ("ILL", SIGILL), ("TRAP", SIGTRAP), ("ABRT", SIGABRT),
        ("BUS", SIGBUS), ("FPE", SIGFPE), ("KILL", SIGKILL), ("USR1", SIGUSR1), ("SEGV", SIGSEGV),
        ("USR2", SIGUSR2), ("PIPE", SIGPIPE), ("ALRM", SIGALRM), ("TERM", SIGTERM), ("CHLD", SIGCHLD),
        ("CONT", SIGCONT), ("STOP", SIGSTOP), ("TSTP", SIGTSTP), ("TTIN", SIGTTIN), ("TTOU", SIGTTOU),
        ("URG", SIGURG), ("XCPU", SIGXCPU), ("XFSZ", SIGXFSZ), ("VTALRM", SIGVTALRM), ("PROF", SIGPROF),
        ("WINCH", SIGWINCH), ("IO", SIGIO), ("PWR", SIGPWR), ("SYS", SIGSYS),
    ]

    /// The number of `TERM`, `SIGTERM` or `15`.
    static func number(named text: String) -> Int32? {
        if let number = Int32(text), (1...64).contains(number) { return number }
        let bare = text.hasPrefix("SIG") ? String(text.dropFirst(3)) : text
        return names.first { $0.name == bare }?.number
    }

    /// `SIGTERM` for 15; the bare number for a real-time signal.
    static func name(of number: Int32) -> String {
        names.first { $0.number == number }.map { "SIG\($0.name)" } ?? "SIG\(number)"
    }

    /// A set of the given signals.
    static func set(_ signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }

    /// Blocks the signals, so that they stay pending until `wait` takes them.
    static func block(_ signals: [Int32]) {
        var set = set(signals)
        sigprocmask(SIG_BLOCK, &set, nil)
    }

    /// Takes the next of the blocked signals; nil when the deadline (monotonic ms) passes first.
    static func wait(for signals: [Int32], until deadline: Int? = nil) -> Int32? {
        var set = set(signals)
        while true {
            var info = siginfo_t()
            let taken: Int32
            if let deadline {
                let left = max(0, deadline - monotonicMilliseconds())
                var timeout = timespec(tv_sec: left / 1000, tv_nsec: left % 1000 * 1_000_000)
                taken = sigtimedwait(&set, &info, &timeout)
            } else {
                taken = sigwaitinfo(&set, &info)
            }
            if taken > 0 { return taken }
            if errno == EAGAIN { return nil }
        }
    }

    /// Lives until SIGTERM or, without one, until the lifetime ends.
    static func waitForTermination() {
        block([SIGTERM])
        _ = wait(for: [SIGTERM])
    }

    /// A stray fixture ends by itself: SIGALRM after HOB_FIXTURE_LIFETIME seconds (300; 0 means never).
    static func limitLifetime() {
        let seconds = getenv("HOB_FIXTURE_LIFETIME").flatMap { UInt32(String(cString: $0)) } ?? 300
        var alarmOnly = set([SIGALRM])
        sigprocmask(SIG_UNBLOCK, &alarmOnly, nil)
        signal(SIGALRM, SIG_DFL)
        alarm(seconds)
    }
}
