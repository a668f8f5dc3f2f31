import Glibc
import HobWorkers

/// A program with a pool of its own.
enum HostModes {
    static func run(_ words: [String]) async throws {
        var options = WorkerPoolOptions()
        if words.contains("drain") { options.orphans = .drain }
        options.name = "fixture"
        options.drain = .seconds(5)
        let pool = try WorkerPool(
            EchoWorker.self, min: 2, max: 4, listeners: [.tcp("echo", "127.0.0.1:0")], options: options)
        try await pool.start()
        let pids = pool.status.workers.compactMap { $0.pid }.map { "\($0)" }.joined(separator: " ")
        print("ready \(pool.address(of: "echo") ?? "-") \(pids)")
        fflush(nil)
        while let line = readLine() {
            switch line {
            case "restart":
                do {
                    try await pool.restart()
                    print("restarted")
                } catch { print("error: \(error)") }
            case "stop":
                await pool.stop()
                print("stopped \(pool.status.workers.count)")
            default: print("?")
            }
            fflush(nil)
        }
        await pool.stop()
    }
}
