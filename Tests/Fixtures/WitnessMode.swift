import Glibc

/// `witness NAME DIRECTORY [--burst N] [--exit STATUS]`: numbered lines without end, and proof of what was written.
///
/// A line is `PID-MS NUMBER`, where MS is when the process began. Beside them, in DIRECTORY: `starts` has one line
/// `NAME PID-MS` for each process; `doubles` one for each that met another living one of its name; `PID-MS.NAME.count`
/// tells, in 8 bytes, the number of the last line that was written. N lines come every 10 ms. With `--exit` it ends
/// after 20 of them with this status. SIGTERM ends it with 0.
enum WitnessMode {
    static func run(_ arguments: [String]) -> Int32 {
        let options = ModeOptions(arguments, mode: "witness", values: ["--burst", "--exit"])
        guard options.words.count == 2 else { ModeOptions.refuse("witness", "needs NAME and DIRECTORY") }
        let name = options.words[0]
        let directory = options.words[1]
        let key = "\(getpid())-\(monotonicMilliseconds())"
        ServiceSignals.limitLifetime()
        ServiceSignals.block([SIGTERM])
        let lock = open("\(directory)/\(name).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            appendLine("\(name) \(key)", to: "\(directory)/doubles")
            return 99
        }
        appendLine("\(name) \(key)", to: "\(directory)/starts")
        let count = open("\(directory)/\(key).\(name).count", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard count >= 0 else { return 73 }
        let burst = max(1, options.number("--burst", default: 3))
        let last = options["--exit"] == nil ? Int.max : 20
        var number = 0
        while number < last {
            for _ in 0..<burst where number < last {
                number += 1
                guard writeText("\(key) \(number)\n") else { return 74 }
                var written = UInt64(number)
                pwrite(count, &written, 8, 0)
            }
            if ServiceSignals.wait(for: [SIGTERM], until: monotonicMilliseconds() + 10) != nil { return 0 }
        }
        return Int32(truncatingIfNeeded: options.number("--exit"))
    }
}
