import Glibc
import Hob
import Metrics

/// A daemon with every bad habit, for the tests of the library.
@main
struct FixtureDaemon: Daemon {
    static let configuration = DaemonConfiguration(
        name: "fixture-daemon", abstract: "A daemon for tests.", version: "1.2.3", shutdownDeadline: .seconds(4))

    static let greeting = ConfigKey<String>("greeting", default: "hello", reloads: true)
    static let port = ConfigKey<Int>("http.port", default: 8080)
    static var keys: [any ConfigurationKey] { [greeting, port] }

    static let workers: [any Worker.Type] = [FixtureWorker.self]

    @Option(help: "Where it notes what happens.") var notes: String
    @Flag(help: "It does not heed a graceful shutdown.") var stubborn = false
    @Flag(help: "It does not heed a cancellation either.") var stuck = false
    @Flag(help: "Its second service never ends by itself.") var stuckService = false
    @Flag(help: "It throws at once.") var fails = false
    @Flag(help: "One of its shutdown hooks throws.") var hookFails = false
    @Flag(help: "One of its shutdown hooks hangs.") var hookHangs = false
    @Flag(help: "Its reload throws.") var reloadFails = false
    @Flag(help: "It blocks every thread of Swift's pool.") var blocksPool = false
    @Flag(help: "It runs services.") var services = false
    @Flag(help: "It runs no services, and is done.") var noServices = false
    @Flag(help: "It runs a pool of two workers.") var pool = false
    @Option(help: "It logs so many lines, from four tasks at once.") var logLines = 0

    @Flag(help: "It notes its metrics.") var metrics = false

    func run(_ context: DaemonContext) async throws {
        let notes = Notes(notes)
        if metrics { MetricsSystem.bootstrap(NotingMetrics(notes: notes)) }
        if fails { throw Refusal() }
        context.onShutdown("first") { notes.add("hook first") }
        context.onShutdown("second") { [hookFails, hookHangs] in
            notes.add("hook second")
            if hookFails { throw Refusal() }
            if hookHangs { while true { sleep(60) } }
        }
        context.onShutdown("third") { notes.add("hook third") }
        context.status("noting\nthings")
        notes.add("running")
        if getenv("HOB_LOG_FILE") != nil { notes.add("HOB_LOG_FILE leaks") }
        if context.configuration[Self.greeting] != "hello" {
            notes.add("greets \(context.configuration[Self.greeting])")
        }
        if metrics { context.logger.warning("a warning") }
        if logLines > 0 {
            await log(logLines / 4, context)
            notes.add("logged")
        }
        if blocksPool { for _ in 0..<64 { Task.detached { while true { sleep(60) } } } }
        if noServices {
            try await context.run()
        } else if pool {
            let pool = try context.workers(FixtureWorker.self, min: 2, max: 2)
            context.onShutdown("pool") { notes.add("workers left: \(pool.status.workers.count)") }
            async let _ = Self.note(pool, in: notes)
            try await context.run(pool)
        } else if services {
            try await context.run(
                NotingService(name: "one", notes: notes, isStuck: false),
                NotingService(name: "two", notes: notes, isStuck: stuckService),
                NotingService(name: "three", notes: notes, isStuck: false))
        } else if stuck {
            context.ready()
            while true { sleep(60) }
        } else if stubborn {
            context.ready()
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
            notes.add("cancelled")
        } else {
            for try await _ in context.every(.milliseconds(20)) {}
        }
        notes.add("run ended")
    }

    /// Notes the workers whenever two others are ready.
    private static func note(_ pool: WorkerPool, in notes: Notes) async {
        var last: Set<Int32> = []
        while !Task.isCancelled {
            let pids = Set(pool.status.workers.compactMap { $0.state == .ready ? $0.pid : nil })
            if pids.count == 2, pool.status.workers.count == 2, pids.isDisjoint(with: last) {
                last = pids
                notes.add("workers \(pids.sorted().map { "\($0)" }.joined(separator: " "))")
            }
            try? await Task.sleep(for: .milliseconds(5))
        }
    }

    private func log(_ count: Int, _ context: DaemonContext) async {
        await withTaskGroup(of: Void.self) { group in
            for writer in 0..<4 {
                group.addTask {
                    for number in 0..<count {
                        context.logger.info("\(writer)-\(number)")
                        // So that several renames fit in.
                        if number % 50 == 0 { try? await Task.sleep(for: .milliseconds(1)) }
                    }
                }
            }
        }
    }

    func reload(_ context: DaemonContext) async throws {
        Notes(notes).add("reload")
        Notes(notes).add("greets \(context.configuration[Self.greeting])")
        if reloadFails { throw Refusal() }
    }
}

/// A worker that waits for its end.
struct FixtureWorker: Worker {
    func run(_ context: WorkerContext) async throws { await context.stopRequested() }
}

/// What it throws.
struct Refusal: Error, CustomStringConvertible {
    var description: String { "it does not want to" }
}

/// A service that notes when it ends.
struct NotingService: Service {
    let name: String
    let notes: Notes
    let isStuck: Bool

    func run() async throws {
        notes.add("\(name) runs")
        if isStuck {
            while !Task.isCancelled { try? await Task.sleep(for: .seconds(60)) }
        } else {
            try? await gracefulShutdown()
        }
        notes.add("\(name) ended")
    }
}

/// Lines in a file, for the test to read.
struct Notes: Sendable {
    private let path: String

    init(_ path: String) {
        self.path = path
    }

    func add(_ line: String) {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        let bytes = Array((line + "\n").utf8)
        _ = write(file, bytes, bytes.count)
        close(file)
    }
}
