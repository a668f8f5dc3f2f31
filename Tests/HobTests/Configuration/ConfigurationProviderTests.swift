import Configuration
import Hob
import HobTestKit
import Testing

@Suite(.blocking) struct ConfigurationProviderTests {
    @Test func `other libraries read the effective values, from providers that are named after their sources`() throws {
        let directory = try TestDirectory()
        try directory.write("http: { port: 1, host: base }\npaths: [a, b]\n", to: "base.yml")
        try directory.write("http: { port: 2 }\n", to: "production.yml")
        let configuration = try LiveConfiguration(
            ConfigurationSources(
                keys: Keys.all, daemon: "dirlister", environment: (.production, .commandLine("-e")),
                directory: directory.path, variables: ["DIRLISTER_API_TOKEN": "s3cret"]))
        #expect(
            configuration.providers.map(\.providerName) == [
                "program", "--set", "DIRLISTER_*", "\(directory.path)/production.yml", "\(directory.path)/base.yml",
                "defaults",
            ])
        // Whatever the order, the answers are the daemon's own.
        for providers in [configuration.providers, configuration.providers.reversed()] {
            let reader = ConfigReader(providers: providers)
            #expect(reader.int(forKey: "http.port") == 2)
            #expect(reader.string(forKey: "http.host") == "base")
            #expect(reader.stringArray(forKey: "paths") == ["a", "b"])
            #expect(reader.double(forKey: "cache.ratio") == 0.5)
            #expect(reader.bool(forKey: "tls") == false)
            #expect(reader.string(forKey: "api.token") == "s3cret")
            #expect(reader.string(forKey: "http.proxy") == nil)
            #expect(throws: ConfigurationError.self) { try reader.requiredInt(forKey: "http.host") }
        }
        let holders = try configuration.providers.filter {
            try $0.value(forKey: "http.port", type: .int).value != nil
        }
        #expect(holders.map(\.providerName) == ["\(directory.path)/production.yml"])
        let secret = try configuration.providers[2].value(forKey: "api.token", type: .string)
        #expect(secret.value?.isSecret == true)
    }

    @Test func `who watches a value is told of a reload`() async throws {
        let directory = try TestDirectory()
        try directory.write("http: { port: 1 }", to: "base.yml")
        let configuration = try LiveConfiguration(
            ConfigurationSources(keys: Keys.all, daemon: "dirlister", directory: directory.path))
        let reader = ConfigReader(providers: configuration.providers)
        try await reader.watchInt(forKey: "http.port") { updates in
            var iterator = updates.makeAsyncIterator()
            #expect(try await iterator.next() == 1)
            try directory.write("http: { port: 2 }", to: "base.yml")
            _ = configuration.reload()
            // Each provider tells of the change; those of an instant may be combined.
            while let port = try await iterator.next() {
                if port == 2 { break }
            }
        }
        #expect(configuration[Keys.port] == 2)
    }
}
