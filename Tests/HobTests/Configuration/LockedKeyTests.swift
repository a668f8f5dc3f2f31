import Hob
import HobTestKit
import Synchronization
import Testing

@Suite(.blocking) struct LockedKeyTests {
    @Test func `row 42: a second set of a locked key is ignored with a warning, and force works`() throws {
        let configuration = try LiveConfiguration(ConfigurationSources(keys: Keys.all, daemon: "dirlister"))
        let warnings = Mutex<[String]>([])
        #expect(configuration.set(Keys.title, to: "first"))
        #expect(!configuration.set(Keys.title, to: "second"))
        // Whoever asks late is told what came up before.
        configuration.onWarning { warning in warnings.withLock { $0.append(warning) } }
        #expect(configuration[Keys.title] == "first")
        #expect(
            warnings.withLock { $0 } == ["'title' is set once, by program: 'second' is ignored, it stays 'first'"])
        #expect(configuration.set(Keys.title, to: "third", force: true))
        #expect(configuration[Keys.title] == "third")
        #expect(configuration.snapshot.origin(of: Keys.title) == .program)
        #expect(warnings.withLock { $0.count } == 1)
    }

    @Test func `row 42: what the sources set is the first set`() throws {
        let directory = try TestDirectory()
        try directory.write("title: file", to: "base.yml")
        let configuration = try LiveConfiguration(
            ConfigurationSources(keys: Keys.all, daemon: "dirlister", directory: directory.path))
        #expect(!configuration.set(Keys.title, to: "code"))
        #expect(configuration[Keys.title] == "file")
        try directory.write("title: other", to: "base.yml")
        guard case .applied(let change) = configuration.reload() else {
            Issue.record("the ignored value was not told")
            return
        }
        #expect(change.changed == [] && change.needsRestart == [])
        #expect(change.ignored.map(\.key) == ["title"])
        #expect(configuration[Keys.title] == "file")
        #expect(configuration.set(Keys.title, to: "code", force: true))
        #expect(configuration[Keys.title] == "code")
    }

    @Test func `other keys can be set again, but never to what their check refuses, and stay set over a reload`() throws
    {
        let configuration = try LiveConfiguration(ConfigurationSources(keys: Keys.all, daemon: "dirlister"))
        let warnings = Mutex<[String]>([])
        configuration.onWarning { warning in warnings.withLock { $0.append(warning) } }
        #expect(configuration.set(Keys.port, to: 1))
        #expect(configuration.set(Keys.port, to: 2))
        #expect(!configuration.set(Keys.port, to: 0))
        #expect(!configuration.set(Keys.database, to: "x"))
        #expect(
            warnings.withLock { $0 } == [
                "'http.port' must be between 1 and 65535, not '0': the value is ignored",
                "'database.url' is no key of this daemon: add it to its keys; the value is ignored",
            ])
        guard case .unchanged = configuration.reload() else {
            Issue.record("a reload took the code's value away")
            return
        }
        #expect(configuration[Keys.port] == 2)
    }
}
