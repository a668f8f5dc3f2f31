import Glibc
import HobWorkers

/// Throws at once.
struct FailingWorker: Worker {
    func run(_ context: WorkerContext) async throws { throw Refusal(reason: "it fails at once") }
}

/// Is never ready.
struct SilentWorker: Worker {
    static let announcesReadiness = true

    func run(_ context: WorkerContext) async throws { await context.stopRequested() }
}

/// Beats by itself for a second, and then hangs in one task while others turn.
struct ManualWorker: Worker {
    func run(_ context: WorkerContext) async throws {
        for _ in 0..<10 {
            context.beat()
            try await Task.sleep(for: .milliseconds(100))
        }
        while true { try await Task.sleep(for: .seconds(60)) }
    }
}

/// Does not heed a stop, nor TERM.
struct BurdenedWorker: Worker {
    func run(_ context: WorkerContext) async throws {
        while true { try? await Task.sleep(for: .seconds(60)) }
    }
}

/// Answers one connection after the other; an error of one is its own.
struct SerialWorker: Worker {
    func run(_ context: WorkerContext) async throws {
        for try await connection in try context.connections(on: "echo") {
            try await EchoWorker.answer(connection, context)
        }
    }
}
