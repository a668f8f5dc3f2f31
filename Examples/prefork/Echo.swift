import Hob

/// Answers each line with itself, until the client goes.
struct Echo: Worker {
    func run(_ context: WorkerContext) async throws {
        // The group lets the connections in hand finish when no new ones are taken.
        try await withThrowingDiscardingTaskGroup { group in
            for try await connection in try context.connections(on: "echo") {
                group.addTask { await answer(connection, context) }
            }
        }
    }

    private func answer(_ connection: WorkerConnection, _ context: WorkerContext) async {
        do {
            while true {
                let bytes = try await connection.read()
                if bytes.isEmpty { return }
                try await connection.write(bytes)
                context.requestDone()
            }
        } catch {
            // A client that goes away, or is silent for a minute, costs its own connection only.
        }
    }
}
