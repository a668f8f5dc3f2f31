import Glibc

/// `fork-tree --depth D --width W --pids FILE [--deaf]`: a tree of processes of which every second child of a node
/// leads a session of its own.
///
/// Each node appends "PID PARENT DEPTH SESSION"; the root prints "ready" when all have. Nodes end at SIGTERM, unless
/// `--deaf`, and never take their children along: that is the supervisor's work.
enum ForkTreeMode {
    static func run(_ arguments: [String]) -> Int32 {
        let options = ModeOptions(
            arguments, mode: "fork-tree", values: ["--depth", "--width", "--pids"], flags: ["--deaf", "--node"])
        guard let file = options["--pids"] else { ModeOptions.refuse("fork-tree", "--pids FILE is missing") }
        ServiceSignals.limitLifetime()
        ServiceSignals.block([SIGTERM])
        let depth = options.number("--depth", default: 1)
        let width = options.number("--width", default: 2)
        appendLine("\(getpid()) \(getppid()) \(depth) \(getsid(0))", to: file)
        if depth > 0 {
            var words = ["fork-tree", "--node", "--depth", "\(depth - 1)", "--width", "\(width)", "--pids", file]
            if options.has("--deaf") { words.append("--deaf") }
            for index in 0..<width where ChildProcess.spawnSelf(words, newSession: index % 2 == 1) == nil {
                return 71
            }
        }
        if !options.has("--node") {
            guard waitForTree(of: nodeCount(depth: depth, width: width), in: file) else { return 70 }
            writeText("ready\n")
        }
        repeat {
            _ = ServiceSignals.wait(for: [SIGTERM])
        } while options.has("--deaf")
        return 0
    }

    private static func nodeCount(depth: Int, width: Int) -> Int {
        depth == 0 ? 1 : 1 + width * nodeCount(depth: depth - 1, width: width)
    }

    /// Nodes announce themselves in the file alone, so the root looks there every 2 ms, for 30 s at most.
    private static func waitForTree(of count: Int, in file: String) -> Bool {
        let deadline = monotonicMilliseconds() + 30_000
        while monotonicMilliseconds() < deadline {
            if lineCount(of: file) >= count { return true }
            usleep(2000)
        }
        return false
    }

    private static func lineCount(of path: String) -> Int {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return 0 }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 65536)
        var lines = 0
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return lines }
            lines += buffer[..<count].count { $0 == UInt8(ascii: "\n") }
        }
    }
}
