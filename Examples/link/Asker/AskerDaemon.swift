import Hob
import HobLink
import ListerInterface

/// Asks the lister what a directory holds, every now and then.
@main
struct AskerDaemon: Daemon {
    static let configuration = DaemonConfiguration(
        name: "asker", abstract: "Asks the lister what a directory holds, every now and then.")

    @Option(help: "Where the lister listens.")
    var address = "unix:lister.sock"

    @Option(help: "What it asks for.")
    var directory = "."

    @Option(help: "Milliseconds between two questions.")
    var interval = 2_000

    func run(_ context: DaemonContext) async throws {
        var configuration = LinkConfiguration(name: "asker")
        configuration.interface = DirectoryLister.interface
        configuration.errors = [ListingError.self]
        let link = LinkSystem(configuration, logger: context.logger)
        let lister = try link.actor(DirectoryLister.self, named: "lister", at: LinkAddress(address))
        for try await _ in context.every(.milliseconds(interval)) {
            do {
                // While the lister is being replaced, the question waits.
                let names = try await withCallDeadline(.seconds(10)) { try await lister.list(directory) }
                context.logger.info("\(directory) has \(names.count) entries: \(names.joined(separator: ", "))")
            } catch let error as ListingError {
                context.logger.error("\(error)")
            } catch let error as LinkError {
                // Listing twice does no harm, so the next turn simply asks again.
                context.logger.warning("\(error)")
            }
        }
        await link.shutdown(within: .seconds(2))
    }
}
