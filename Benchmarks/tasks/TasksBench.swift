import Glibc
import HobTasks
import Logging
import Synchronization

/// Runs the same small tasks in a TaskPool and in a bare task group: `tasks-bench VARIANT TASKS LIMIT`.
///
/// Prints nanoseconds per task and the peak of resident memory in KiB; Benchmarks/run-tasks makes a table of it.
@main
enum TasksBench {
    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count == 4, let count = Int(words[2]), let limit = Int(words[3]), count > 0, limit > 0 else {
            print("usage: tasks-bench group|pool|pool-deadline|pool-observed TASKS LIMIT")
            exit(64)
        }
        let done = Counter()
        let start = ContinuousClock.now
        switch words[1] {
        case "group": await group(count, limit, done)
        case "pool": try await pool(count, limit, done, deadline: nil, TaskPoolHandlers())
        case "pool-deadline": try await pool(count, limit, done, deadline: .seconds(60), TaskPoolHandlers())
        case "pool-observed": try await pool(count, limit, done, deadline: nil, TaskPoolHandlers(observe: { _ in }))
        default: exit(64)
        }
        let elapsed = (ContinuousClock.now - start).wholeNanoseconds
        guard done.value == count else {
            print("\(done.value) of \(count) tasks ran")
            exit(1)
        }
        print("\(elapsed / Int64(count)) \(peakMemory())")
    }

    /// The peak of resident memory in KiB; getrusage would count what the parent had before the exec.
    private static func peakMemory() -> Int {
        guard let file = fopen("/proc/self/status", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                .split(whereSeparator: \.isWhitespace)
            if words.first == "VmHWM:", words.count > 1 { return Int(words[1]) ?? 0 }
        }
        return 0
    }

    /// What each task does.
    final class Counter: Sendable {
        private let count = Atomic(0)
        var value: Int { count.load(ordering: .relaxed) }
        func add() { count.add(1, ordering: .relaxed) }
    }

    private static func group(_ count: Int, _ limit: Int, _ done: Counter) async {
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                if number >= limit { await group.next() }
                group.addTask { done.add() }
            }
        }
    }

    private static func pool(
        _ count: Int, _ limit: Int, _ done: Counter, deadline: Duration?, _ handlers: TaskPoolHandlers
    ) async throws {
        let pool = try TaskPool(
            TaskPoolLimits(running: limit, deadline: deadline), logger: Logger(label: "bench"), handlers: handlers)
        for _ in 0..<count { try await pool.submit("task") { done.add() } }
        await pool.drain(within: .seconds(600))
    }
}
