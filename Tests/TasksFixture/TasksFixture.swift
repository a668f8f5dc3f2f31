import Glibc
import Hob

/// A daemon that gives itself work, for the tests of the library.
@main
struct TasksFixture: Daemon {
    static let configuration = DaemonConfiguration(
        name: "fixture-tasks", abstract: "A daemon for tests.", announcesReadiness: true,
        shutdownDeadline: .seconds(4))

    /// What it does.
    enum Mode: String, Sendable, ExpressibleByArgument {
        /// Runs one task for so long, in a pool; ends at TERM.
        case pool
        /// The same under a service.
        case poolService = "pool-service"
        /// Blocks every thread of Swift's pool, and notes how a deadline is kept.
        case blockedDeadline = "blocked-deadline"
        /// The same for the deadline of a task of a pool.
        case blockedPool = "blocked-pool"
        /// Sleeps on the daemon's clock, to its end and not.
        case clock
        /// Notes the runs of a schedule.
        case schedule
    }

    @Option(help: "Where it notes what happens.") var notes: String
    @Option(help: "What it does.") var mode: Mode
    @Option(help: "How many milliseconds its task needs.") var needs = 1_000
    @Flag(help: "Its task heeds no cancellation.") var deaf = false
    @Option(help: "When it runs.") var schedule = "every 1s"
    @Option(help: "Whose time counts.") var zone: String?

    func run(_ context: DaemonContext) async throws {
        let notes = Notes(notes)
        switch mode {
        case .pool:
            let pool = try context.taskPool(limit: 2, name: "work")
            try await submit(to: pool, notes)
            context.ready()
            try await gracefulShutdown()
        case .poolService:
            let pool = try context.taskPool(limit: 2, name: "work")
            try await submit(to: pool, notes)
            context.ready()
            try await context.run(TaskPoolService(pool, patience: .milliseconds(500)))
        case .blockedDeadline:
            do {
                try await context.withDeadline(.milliseconds(300), "spinning") { spin(notes) }
            } catch { notes.add("\(error)") }
        case .blockedPool:
            let pool = try context.taskPool(limit: 1, name: "work")
            try await pool.submit("spinning", deadline: .milliseconds(300)) { spin(notes) }
            await pool.drain(within: .seconds(60))
            notes.add("\(pool.snapshot.timedOut) timed out")
        case .clock:
            let clock = context.clock
            try await clock.sleep(for: .milliseconds(20))
            notes.add("slept")
            do {
                try await context.withDeadline(.milliseconds(50), "sleeping") {
                    try await clock.sleep(for: .seconds(3_600))
                }
            } catch { notes.add("\(error)") }
            let sleeper = Task { try await clock.sleep(for: .seconds(3_600)) }
            sleeper.cancel()
            notes.add("\(await sleeper.result)")
        case .schedule:
            context.ready()
            for try await run in context.schedule(schedule, zone: zone) { notes.add("run \(run.number)") }
        }
        notes.add("run ended")
    }

    private func submit(to pool: TaskPool, _ notes: Notes) async throws {
        let needs = needs
        let deaf = deaf
        try await pool.submit("the long one") {
            notes.add("begun")
            if deaf {
                await Task.detached { try? await Task.sleep(for: .milliseconds(needs)) }.value
            } else {
                try await Task.sleep(for: .milliseconds(needs))
            }
            notes.add("done")
        }
    }
}

/// Blocks all threads of the pool but this one for at least 8 s, and this one until its task is cancelled.
private func spin(_ notes: Notes) {
    for _ in 0..<(2 * max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) { Task.detached { sleep(4) } }
    var start = timespec()
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &start)
    repeat {
        usleep(1_000)
        clock_gettime(CLOCK_MONOTONIC, &now)
    } while !Task.isCancelled && now.tv_sec - start.tv_sec < 60
    let milliseconds = (now.tv_sec - start.tv_sec) * 1_000 + (now.tv_nsec - start.tv_nsec) / 1_000_000
    notes.add(milliseconds < 6_000 ? "cancelled in time" : "cancelled after \(milliseconds) ms")
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
