import HobSystem
import HobTestKit
import Testing

@testable import Hob

@Suite(.blocking) struct ConfigurationReloadTests {
    private func sources(_ directory: TestDirectory) -> ConfigurationSources {
        ConfigurationSources(keys: Keys.all, daemon: "dirlister", directory: directory.path)
    }

    @Test func `a reload changes what may change, all at once, and tells what needs a restart`() throws {
        let directory = try TestDirectory()
        try directory.write("http: { port: 1, host: a }", to: "base.yml")
        let configuration = try LiveConfiguration(sources(directory))
        let before = configuration.snapshot
        try directory.write("http: { port: 2, host: b, timeout: 1m }", to: "base.yml")
        let result = configuration.reload()
        #expect(
            result.description.replacing(directory.path, with: "config") == """
                changed: http.port: 1 -> 2 (config/base.yml:1:15)
                changed: http.timeout: 10s -> 1m (config/base.yml:1:36)
                needs a restart: http.host: a -> b (config/base.yml:1:24)
                """)
        #expect(configuration[Keys.port] == 2 && configuration[Keys.host] == "a")
        #expect(configuration[Keys.timeout] == .seconds(60))
        // A snapshot stays what it was.
        #expect(before[Keys.port] == 1)
    }

    @Test func `a wrong new file keeps all old values, and so does one that has gone`() throws {
        let directory = try TestDirectory()
        try directory.write("http: { port: 1 }", to: "base.yml")
        let configuration = try LiveConfiguration(sources(directory))
        try directory.write("http: { port: 2, timeout: soon }", to: "base.yml")
        #expect(
            configuration.reload().description.replacing(directory.path, with: "config") == """
                the configuration is wrong, the old one stays in effect:
                config/base.yml:1:27: 'http.timeout' must be a duration with its unit, such as 10s, not 'soon'
                """)
        #expect(configuration[Keys.port] == 1)
        _ = try directory.descriptor.remove("base.yml")
        #expect(
            configuration.reload().description.replacing(directory.path, with: "config") == """
                the configuration is wrong, the old one stays in effect:
                config/base.yml:1:1: the file has gone: put it back, or restart the daemon without it
                """)
        #expect(configuration[Keys.port] == 1)
    }

    @Test func `who follows a key gets its value of now and each later one`() async throws {
        let directory = try TestDirectory()
        try directory.write("http: { port: 1 }", to: "base.yml")
        var configuration: LiveConfiguration? = try LiveConfiguration(sources(directory))
        var ports = try #require(configuration).values(of: Keys.port).makeAsyncIterator()
        var changes = try #require(configuration).changes.makeAsyncIterator()
        #expect(await ports.next() == 1)
        try directory.write("http: { port: 2, timeout: 5s }", to: "base.yml")
        _ = configuration?.reload()
        #expect(await ports.next() == 2)
        let change = await changes.next()
        #expect(change?.changed.map(\.key) == ["http.port", "http.timeout"])
        #expect(change?.snapshot[Keys.timeout] == .seconds(5))
        #expect(change?.contains(Keys.port) == true && change?.contains(Keys.host) == false)
        configuration?.set(Keys.port, to: 3)
        #expect(await ports.next() == 3)
        // Nobody waits for the changes of a configuration that is gone.
        configuration = nil
        #expect(await ports.next() == nil)
    }

    @Test func `a secret comes from its file, follows it, and is never shown`() throws {
        let directory = try TestDirectory()
        try directory.write("api: { token_file: token }", to: "base.yml")
        try directory.write("first\n", to: "token", mode: 0o600)
        let configuration = try LiveConfiguration(sources(directory))
        #expect(configuration[Keys.token] == "first")
        try directory.write("second\r\n", to: "token", mode: 0o600)
        let result = configuration.reload()
        #expect(configuration[Keys.token] == "second")
        #expect(result.description.contains("api.token: ******** -> ******** (token ("))
        #expect(!result.description.contains("first") && !result.description.contains("second"))
        try directory.write("", to: "token")
        #expect(configuration.reload().description.hasSuffix("'api.token_file': token cannot be read: it is empty"))
    }

    @Test func `files that are none, and a directory that is missing, are told`() throws {
        let directory = try TestDirectory()
        _ = try directory.descriptor.makeDirectory("base.yml", mode: 0o755)
        let error = #expect(throws: ConfigurationError.self) { try LiveConfiguration(sources(directory)) }
        #expect(
            error?.message == "\(directory.path)/base.yml:1:1: the file cannot be read: it is no regular file")
        let missing = #expect(throws: ConfigurationError.self) {
            try LiveConfiguration(
                ConfigurationSources(keys: Keys.all, daemon: "dirlister", directory: directory.path(of: "none")))
        }
        #expect(
            missing?.message == "\(directory.path)/none is no directory: name the one that holds base.yml")
        #expect(missing?.exitCode == 78)
    }

    // MARK: - The kernel tells

    @Test func `a file that is written, replaced or put in by a new directory is read without being asked`() throws {
        let directory = try TestDirectory()
        let config = directory.path(of: "config")
        _ = try directory.descriptor.makeDirectory("config", mode: 0o755)
        try directory.write("http: { port: 1 }", to: "config/base.yml")
        let configuration = try LiveConfiguration(
            ConfigurationSources(keys: Keys.all, daemon: "dirlister", directory: config))
        let loop = try EventLoop()
        var reloads: [ConfigurationReload] = []
        var refresh: () -> Void = {}
        let watcher = try ConfigurationWatcher(configuration, on: loop, settling: .milliseconds(5)) {
            reloads.append(configuration.reload())
            refresh()
        }
        refresh = { watcher.refresh() }
        defer { watcher.cancel() }
        func wait(for port: Int) throws -> Bool {
            try loop.run(until: MonotonicTime.now() + .seconds(20)) { configuration[Keys.port] == port }
        }
        try directory.write("http: { port: 2 }", to: "config/base.yml")
        #expect(try wait(for: 2), "written")
        try directory.write("http: { port: 3 }", to: "config/base.yml.new")
        try directory.descriptor.rename("config/base.yml.new", to: "config/base.yml")
        #expect(try wait(for: 3), "replaced")
        try directory.write("http: { port: 4 }", to: "config/development.yml")
        #expect(try wait(for: 4), "a file that was not there")
        try directory.write("http: { port: nine }", to: "config/development.yml")
        #expect(
            try loop.run(until: MonotonicTime.now() + .seconds(20)) {
                if case .refused? = reloads.last { true } else { false }
            }, "a wrong file")
        #expect(configuration[Keys.port] == 4)
        _ = try directory.descriptor.makeDirectory("next", mode: 0o755)
        try directory.write("http: { port: 5 }", to: "next/base.yml")
        try directory.write("", to: "next/development.yml")
        try directory.descriptor.rename("config", to: "previous")
        try directory.descriptor.rename("next", to: "config")
        #expect(try wait(for: 5), "a new directory")
        try directory.write("http: { port: 6 }", to: "config/base.yml")
        #expect(try wait(for: 6), "a file of the new directory")
    }
}
