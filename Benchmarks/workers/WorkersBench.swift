import Glibc
import HobSystem
import HobWorkers
import Logging
import Synchronization

/// The Swift side of run-workers: a prefork echo server that is told by stdin to lose or to replace workers.
@main
struct WorkersBench {
    static func main() async throws {
        await WorkerProcess.becomeWorkerIfAsked([Echo.self])
        let words = CommandLine.arguments
        let count = words.count > 1 ? Int(words[1]) ?? 8 : 8
        let replacements = Mutex<[Duration]>([])
        let told = Monitor(0)
        var options = WorkerPoolOptions()
        options.logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        options.observer = { event in
            guard case .replaced(_, let after) = event else { return }
            replacements.withLock { $0.append(after) }
            told.withLock { $0 += 1 }
            told.broadcast()
        }
        let pool = try WorkerPool(
            Echo.self, min: count, max: count, listeners: [.tcp("echo", "127.0.0.1:0")], options: options)
        try await pool.start()
        print("listening \(pool.address(of: "echo") ?? "-")")
        fflush(nil)
        var kills = 0
        while let line = readLine() {
            switch line {
            case "kill":
                // Workers that die at once are throttled, on purpose; these have lived.
                try await Task.sleep(for: .milliseconds(300))
                guard let pid = pool.status.workers.compactMap({ $0.pid }).randomElement() else { continue }
                kill(pid, SIGKILL)
                kills += 1
                let expected = kills
                // This is no task's time: nothing else runs here.
                Self.wait(told, for: expected)
                let last = replacements.withLock { $0.last } ?? .zero
                print("replaced \(last.wholeNanoseconds / 1_000)")
            case "restart":
                let began = MonotonicTime.now()
                try await pool.restart()
                print("restarted \((MonotonicTime.now() - began).wholeNanoseconds / 1_000)")
            default: print("?")
            }
            fflush(nil)
        }
        await pool.stop(within: .seconds(5))
    }

    private static func wait(_ told: Monitor<Int>, for count: Int) {
        _ = told.wait { $0 >= count ? true : nil }
    }
}

/// Answers each line with itself.
struct Echo: Worker {
    func run(_ context: WorkerContext) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for try await connection in try context.connections(on: "echo") {
                group.addTask {
                    // A client that goes away is its own business.
                    while let bytes = try? await connection.read(), !bytes.isEmpty {
                        guard (try? await connection.write(bytes)) != nil else { return }
                        context.requestDone()
                    }
                }
            }
        }
    }
}
