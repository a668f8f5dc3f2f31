import Hob
import HobLink
import ListerInterface

/// Lists directories for other daemons.
@main
struct ListerDaemon: Daemon {
    static let configuration = DaemonConfiguration(
        name: "lister", abstract: "Lists directories for other daemons.", announcesReadiness: true)

    @Option(help: "Where it listens: unix:PATH or tcp:127.0.0.1:PORT.")
    var address = "unix:lister.sock"

    func run(_ context: DaemonContext) async throws {
        var configuration = LinkConfiguration(name: "lister")
        configuration.interface = DirectoryLister.interface
        let link = LinkSystem(configuration, logger: context.logger)
        try link.export(DirectoryLister(actorSystem: link), as: "lister")
        let place = try await link.listen(on: LinkAddress(address))
        context.logger.info("listens on \(place)")
        context.ready()
        try await gracefulShutdown()
        // Calls that run come to their end; their callers wait for the next lister.
        await link.shutdown(within: .seconds(5))
    }
}
