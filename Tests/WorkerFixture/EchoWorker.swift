import Glibc
import HobWorkers

/// Answers each line with its pid and the line; some lines are orders.
struct EchoWorker: Worker {
    func run(_ context: WorkerContext) async throws {
        Self.say("echo \(context.number) begins\n")
        try await withThrowingDiscardingTaskGroup { group in
            for try await connection in try context.connections(on: "echo") {
                group.addTask { try await Self.answer(connection, context) }
            }
        }
    }

    static func answer(_ connection: WorkerConnection, _ context: WorkerContext) async throws {
        var line: [UInt8] = []
        do {
            while !line.contains(10) {
                let bytes = try await connection.read(upTo: 4096)
                if bytes.isEmpty { return }
                line += bytes
            }
            try await obey(String(decoding: line.dropLast(), as: UTF8.self), context)
            try await connection.write(Array("\(getpid()) ".utf8) + line)
        } catch let error as WorkerContextError where error.code == .connectionFailed {
            // A client that goes away is its own business.
            return
        }
        context.requestDone()
    }

    private static func say(_ line: String) { _ = write(2, line, line.utf8.count) }

    private static func obey(_ order: String, _ context: WorkerContext) async throws {
        switch order {
        case "throw": throw Refusal(reason: "it was told to")
        case "exit": exit(3)
        case "trap": fatalError("the fixture traps")
        case "hang":
            for _ in 0..<64 { Task.detached { while true { sleep(60) } } }
            while true { sleep(60) }
        case "overrun": await context.limited(to: .milliseconds(100), "the overrun") { while true { sleep(60) } }
        case "slow":
            say("slow begins\n")
            try await Task.sleep(for: .milliseconds(300))
        case "grow":
            let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 200 << 20)
            bytes.initialize(repeating: 1, count: 200 << 20)
        default: break
        }
    }
}

/// What it throws.
struct Refusal: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
}
