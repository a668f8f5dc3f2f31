import Hob

/// An echo server whose connections are answered by worker processes.
///
///     example-prefork run --address 127.0.0.1:7007 --workers 4
///
/// `kill -9` of a worker costs the connections in its hands; `kill -HUP` of the daemon replaces all workers and costs
/// nothing.
@main
struct Prefork: Daemon {
    static let configuration = DaemonConfiguration(
        name: "prefork", abstract: "Echoes lines, by worker processes.", announcesReadiness: true)
    static let workers: [any Worker.Type] = [Echo.self]

    @Option(help: "Where to listen.") var address = "127.0.0.1:7007"
    @Option(help: "How many workers.") var workers = 4

    func run(_ context: DaemonContext) async throws {
        var options = WorkerPoolOptions()
        options.heartbeat = .automatic(within: .seconds(10))
        options.maximumMemory = ByteSize(bytes: 200_000_000)
        let pool = try context.workers(
            Echo.self, min: workers, max: workers, listeners: [.tcp("echo", address)], options: options)
        try await pool.start()
        context.logger.info("listening on \(pool.address(of: "echo") ?? address)")
        context.ready()
        try await context.run(pool)
    }
}
