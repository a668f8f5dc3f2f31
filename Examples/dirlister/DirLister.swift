import Hob

/// Lists a directory every few seconds: the first daemon of every tutorial.
@main
struct DirLister: Daemon {
    static let configuration = DaemonConfiguration(
        abstract: "Lists a directory again and again.", version: "1.0.0")

    @Option(help: "The directory to list.") var path = "."
    @Option(help: "Seconds between two listings.") var interval = 5

    func run(_ context: DaemonContext) async throws {
        for try await _ in context.every(.seconds(interval)) {
            let names = try Directory.names(in: path)
            context.logger.info("\(path) has \(names.count) entries: \(names.joined(separator: ", "))")
        }
    }
}
