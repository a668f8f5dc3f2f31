import Testing

@testable import Hob

@Suite(.blocking) struct ConfigurationPrecedenceTests {
    private static let base = """
        http: { host: base, port: 1, timeout: 1s }
        cache: { size: 1MB }
        mode: careful
        """
    private static let production = """
        http:
          host: production
          port: 2
          timeout: 2s
        cache: { size: 2MB }
        """
    private static let variables = [
        "DIRLISTER_HTTP_HOST": "variable", "DIRLISTER_HTTP_PORT": "3", "DIRLISTER_HTTP_TIMEOUT": "3s", "HOME": "/",
        "HTTP_PORT": "99",
    ]
    private static let set = ["http.host=flag", "http.port=4"]

    @Test func `row 40: command line > variable > environment file > base file > default, for five keys`() {
        let all = resolve(base: Self.base, production: Self.production, variables: Self.variables, set: Self.set)
        #expect(all.messages == [])
        #expect(all.line(Keys.host) == "flag --set http.host")
        #expect(all.line(Keys.port) == "4 --set http.port")
        #expect(all.line(Keys.timeout) == "3s DIRLISTER_HTTP_TIMEOUT")
        #expect(all.line(Keys.cache) == "2MB config/production.yml:5:16")
        #expect(all.line(Keys.mode) == "careful config/base.yml:3:7")
        #expect(all.line(Keys.ratio) == "0.5 default")
    }

    @Test func `row 40: without a layer the next one counts`() {
        let noFlags = resolve(base: Self.base, production: Self.production, variables: Self.variables)
        #expect(noFlags.line(Keys.port) == "3 DIRLISTER_HTTP_PORT")
        let files = resolve(base: Self.base, production: Self.production)
        #expect(files.line(Keys.port) == "2 config/production.yml:3:9")
        #expect(resolve(base: Self.base).line(Keys.port) == "1 config/base.yml:1:27")
        #expect(resolve().line(Keys.port) == "8080 default")
    }

    @Test func `a variable that programs share counts behind the daemon's own, before files, and is no unknown one`() {
        let broker = ConfigKey("broker", default: "none", variable: "DIRLISTER_BROKER_URL")
        let shared = ConfigKey("db", default: "none", secret: true, variable: "DATABASE_URL")
        func lines(_ variables: [String: String]) -> [String] {
            let result = resolve([broker, shared], base: "broker: file\ndb: file", variables: variables)
            return [result.line(broker), result.line(shared)] + result.messages
        }
        #expect(lines([:]) == ["file config/base.yml:1:9", "file config/base.yml:2:5"])
        #expect(
            lines(["DIRLISTER_BROKER_URL": "b", "DATABASE_URL": "d"]) == ["b DIRLISTER_BROKER_URL", "d DATABASE_URL"])
        #expect(
            lines(["DIRLISTER_DB": "own", "DATABASE_URL": "d", "OTHER": "x"])
                == ["file config/base.yml:1:9", "own DIRLISTER_DB"])
        let required = resolve([ConfigKey<String>("db", variable: "DATABASE_URL")])
        #expect(required.messages.first?.contains("DIRLISTER_DB, DATABASE_URL or with --set db=…") == true)
        let wrong = resolve([ConfigKey("db", default: 1, variable: "DATABASE_URL")], variables: ["DATABASE_URL": "x"])
        #expect(wrong.messages == ["DATABASE_URL: 'db' must be a whole number, such as 1, not 'x'"])
        #expect(resolve([ConfigKey("db", default: 1, variable: "")]).messages.count == 1)
    }

    @Test func `of several --set for one key the last counts`() {
        #expect(resolve(set: ["http.port=1", "http.port=2"]).line(Keys.port) == "2 --set http.port")
    }

    @Test func `a list is written with commas outside of files`() {
        #expect(
            resolve(variables: ["DIRLISTER_PATHS": "/a, /b"]).values["paths"]?.typed.content == .list(["/a", "/b"]))
        #expect(resolve(set: ["paths="]).values["paths"]?.typed.content == .list([]))
        #expect(resolve(base: "paths: [/a, /b]").values["paths"]?.typed.content == .list(["/a", "/b"]))
    }

    @Test func `null in a stronger file takes an optional value away`() {
        let result = resolve(base: "http: { proxy: p }", production: "http: { proxy: null }")
        #expect(result.messages == [])
        #expect(result.values["http.proxy"]?.typed.content == .nothing)
    }

    @Test func `dotted and nested keys are the same, and keys that begin with x- are free for anchors`() {
        let result = resolve(
            base: "x-defaults: &d { port: 7 }\nhttp:\n  <<: *d\ncache.ratio: 0.25\n", production: "api:\ncache:\n")
        #expect(result.messages == [])
        #expect(result.line(Keys.port) == "7 config/base.yml:1:24")
        #expect(result.line(Keys.ratio) == "0.25 config/base.yml:4:14")
    }

    @Test func `all truth values are read, and nothing else`() {
        for (text, value) in [
            ("true", true), ("Yes", true), ("on", true), ("false", false), ("NO", false), ("off", false),
        ] {
            #expect(resolve(base: "tls: \(text)").values["tls"]?.typed.content == .bool(value))
            #expect(resolve(set: ["tls=\(text)"]).values["tls"]?.typed.content == .bool(value))
        }
        #expect(resolve(set: ["tls=1"]).values["tls"]?.typed.content == .bool(true))
        #expect(resolve(base: "tls: 1").messages.count == 1)
    }

    @Test(arguments: [
        ("0s", Duration.zero), ("1500ms", .milliseconds(1500)), ("90m", .seconds(5400)), ("2h", .seconds(7200)),
        ("1us", .microseconds(1)), ("7ns", .nanoseconds(7)),
    ])
    func `what a duration is shown as is read back as the same`(text: String, value: Duration) throws {
        #expect(value.configurationContent == .string(text))
        #expect(try Duration(configuration: .text(text)) == value)
    }

    @Test(arguments: [0, 1, 1023, 1024, 1_000_000, 64 << 20, 3 << 40, 5_000_000_000_000, .max])
    func `what a size is shown as is read back as the same`(bytes: Int64) throws {
        let text = ByteSize(bytes: bytes).configurationContent.text
        // Above 2^53 the reader's decimals are not exact, which no file size reaches.
        if bytes < 1 << 53 { #expect(try ByteSize(configuration: .text(text)).bytes == bytes) }
    }
}
