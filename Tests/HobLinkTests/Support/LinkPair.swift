import HobLink
import HobTestKit
import LinkActors
import Testing

/// A server and a client in this process, over a real socket.
struct LinkPair {
    let directory: TestDirectory
    let server: LinkSystem
    let client: LinkSystem
    let address: LinkAddress
    let gate: Gate
    /// The server's actor, from the client's side.
    let lister: Lister

    init(
        tcp: Bool = false, gateIsOpen: Bool = true, name: String = "lister",
        server change: (inout LinkConfiguration) -> Void = { _ in },
        client changeClient: (inout LinkConfiguration) -> Void = { _ in }
    ) async throws {
        directory = try TestDirectory("link")
        var configuration = LinkConfiguration(name: "server")
        change(&configuration)
        server = LinkSystem(configuration, logger: .silent)
        var clientConfiguration = LinkConfiguration(name: "client")
        clientConfiguration.callLimit = .seconds(60)
        changeClient(&clientConfiguration)
        client = LinkSystem(clientConfiguration, logger: .silent)
        gate = Gate(isOpen: gateIsOpen)
        try server.export(Lister(gate: gate, actorSystem: server), as: "lister")
        try server.export(Stranger(actorSystem: server), as: "stranger")
        address = try await server.listen(on: tcp ? .loopback(port: 0) : .unix(directory.path(of: "socket")))
        lister = try client.actor(Lister.self, named: name, at: address)
    }

    func end() async {
        gate.open()
        await client.shutdown(within: .seconds(20))
        await server.shutdown(within: .seconds(20))
    }
}

extension Logger {
    /// Says nothing.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// The link's error that the body throws.
func linkError(_ body: () async throws -> some Any, _ location: SourceLocation = #_sourceLocation) async -> LinkError? {
    do {
        _ = try await body()
        Issue.record("nothing was thrown", sourceLocation: location)
    } catch let error as LinkError {
        return error
    } catch {
        Issue.record("\(error) was thrown", sourceLocation: location)
    }
    return nil
}
