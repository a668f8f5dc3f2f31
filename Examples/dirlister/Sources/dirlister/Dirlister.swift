import Hob

/// Lists a directory every few seconds.
@main
struct Dirlister: Daemon {
    static let configuration = DaemonConfiguration(
        name: "dirlister", abstract: "Lists a directory every few seconds.", version: "0.1.0")

    static let keys = Keys.all

    func run(_ context: DaemonContext) async throws {
        for try await _ in context.every(context.configuration[Keys.interval]) {
            do {
                let listing = try Listing(of: context.configuration[Keys.directory]).text()
                context.logger.info("\(listing)")
            } catch {
                // A directory that is not there now may be there at the next turn.
                context.logger.error("\(error)")
            }
        }
    }
}
