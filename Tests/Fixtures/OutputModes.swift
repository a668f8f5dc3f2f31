import Glibc

/// `print TEXT… [--stderr] [--exit N]`: says it and ends.
enum PrintMode {
    static func run(_ arguments: [String]) -> Int32 {
        let options = ModeOptions(arguments, mode: "print", values: ["--exit"], flags: ["--stderr"])
        let text = options.words.joined(separator: " ")
        writeText(text + "\n", to: options.has("--stderr") ? STDERR_FILENO : STDOUT_FILENO)
        return Int32(truncatingIfNeeded: options.number("--exit"))
    }
}

/// `env NAME…`: prints "NAME=value", or "NAME is unset", for each name.
enum EnvironmentMode {
    static func run(_ arguments: [String]) -> Int32 {
        for name in arguments {
            if let value = getenv(name) {
                writeText("\(name)=\(String(cString: value))\n")
            } else {
                writeText("\(name) is unset\n")
            }
        }
        return 0
    }
}

/// `flood --lines N --bytes B [--rate R] [--alternate] [--stay]`: numbered lines of B bytes, newline included.
///
/// N of 0 never ends; R is lines per second; `--alternate` puts every second line on stderr; `--stay` waits for
/// SIGTERM after the last line.
enum FloodMode {
    static func run(_ arguments: [String]) -> Int32 {
        let options = ModeOptions(
            arguments, mode: "flood", values: ["--lines", "--bytes", "--rate"], flags: ["--alternate", "--stay"])
        ServiceSignals.limitLifetime()
        ServiceSignals.block([SIGTERM])
        let lines = options.number("--lines", default: 1000)
        let width = max(12, options.number("--bytes", default: 80))
        let rate = options.number("--rate")
        let alternate = options.has("--alternate")
        let start = monotonicMilliseconds()
        // A line at a time where order or pace matters, else about 64 KB for each write.
        let batch = rate > 0 || alternate ? 1 : max(1, 65536 / width)
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: batch * width, alignment: 1)
        defer { block.deallocate() }
        fill(block, width: width)
        var number = 0
        while lines == 0 || number < lines {
            let count = lines == 0 ? batch : min(batch, lines - number)
            for slot in 0..<count { writeNumber(number + slot + 1, into: block, at: slot * width) }
            number += count
            let descriptor = alternate && number.isMultiple(of: 2) ? STDERR_FILENO : STDOUT_FILENO
            let bytes = UnsafeRawBufferPointer(rebasing: block[..<(count * width)])
            guard writeAll(bytes, to: descriptor) else { return 74 }
            let pause = rate > 0 ? start + number * 1000 / rate : 0
            if ServiceSignals.wait(for: [SIGTERM], until: pause) != nil { return 0 }
        }
        if options.has("--stay") { ServiceSignals.waitForTermination() }
        return 0
    }

    /// A blank, then letters that differ from line to line of a block, so that a mixed-up line is seen.
    private static func fill(_ block: UnsafeMutableRawBufferPointer, width: Int) {
        for slot in 0..<(block.count / width) {
            let line = UnsafeMutableRawBufferPointer(rebasing: block[(slot * width)..<(slot * width + width)])
            line.initializeMemory(as: UInt8.self, repeating: UInt8(ascii: "a") + UInt8(slot % 26))
            line[10] = UInt8(ascii: " ")
            line[width - 1] = UInt8(ascii: "\n")
        }
    }

    /// Ten digits. Raw steps: tests flood from a debug build, where an array's checks would set the pace.
    private static func writeNumber(_ number: Int, into block: UnsafeMutableRawBufferPointer, at offset: Int) {
        var digits = number
        var place = offset &+ 9
        while place >= offset {
            block[place] = UInt8(truncatingIfNeeded: 48 &+ digits % 10)
            digits /= 10
            place &-= 1
        }
    }
}

/// `log-late FILE [--after-exit]`: prints "started", then a late line once FILE exists, then waits for SIGTERM.
///
/// With `--after-exit` the main process ends at once with 0 and a child in a session of its own, which keeps stdout,
/// writes the late line and ends: what a supervisor must still read after the exit.
enum LogLateMode {
    static func run(_ arguments: [String]) -> Int32 {
        let options = ModeOptions(arguments, mode: "log-late", flags: ["--after-exit", "--child"])
        let file = options.requiredWord("FILE", mode: "log-late")
        ServiceSignals.limitLifetime()
        ServiceSignals.block([SIGTERM])
        if !options.has("--child") { writeText("started\n") }
        if options.has("--after-exit") {
            return ChildProcess.spawnSelf(["log-late", "--child", file], newSession: true) == nil ? 71 : 0
        }
        // The trigger is any file a test touches; 5 ms steps spare this fixture an inotify of its own.
        while access(file, F_OK) != 0 {
            if ServiceSignals.wait(for: [SIGTERM], until: monotonicMilliseconds() + 5) != nil { return 0 }
        }
        writeText("late line of \(getpid())\n")
        if !options.has("--child") { ServiceSignals.waitForTermination() }
        return 0
    }
}
