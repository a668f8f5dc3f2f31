import Testing

@testable import Hob

@Suite(.blocking) struct ConfigurationMistakeTests {
    @Test(arguments: [
        ("http: { prot: 1 }", "config/base.yml:1:9: unknown key 'http.prot': did you mean 'http.port'?"),
        ("htpp: { port: 1 }", "config/base.yml:1:1: unknown key 'htpp': did you mean 'http'?"),
        ("\nport: 1\n", "config/base.yml:2:1: unknown key 'port': did you mean 'http.port'?"),
        ("colour: red", "config/base.yml:1:1: unknown key 'colour': 'config' lists the keys"),
        ("http:\n  port: 9x\n", "config/base.yml:2:9: 'http.port' must be a whole number, such as 8080, not '9x'"),
        ("http: { port: 80.5 }", "config/base.yml:1:15: 'http.port' must be a whole number, such as 8080, not '80.5'"),
        ("http: { port: 0 }", "config/base.yml:1:15: 'http.port' must be between 1 and 65535, not '0'"),
        ("http: { port: [1] }", "config/base.yml:1:15: 'http.port' must be a whole number, such as 8080, not a list"),
        ("http: { port: }", "config/base.yml:1:9: 'http.port' has no value: give it one, or remove the line"),
        (
            "http: { port: { a: 1 } }",
            "config/base.yml:1:15: 'http.port' is a value, not a section: write it behind 'http.port:'"
        ),
        ("http: 80", "config/base.yml:1:7: 'http' is a section, not a value: write its keys below it, such as 'host:'"),
        ("tls: maybe", "config/base.yml:1:6: 'tls' must be true or false, not 'maybe'"),
        ("cache: { ratio: nan }", "config/base.yml:1:17: 'cache.ratio' must be a number, such as 0.5, not 'nan'"),
        (
            "cache: { size: 10 }",
            "config/base.yml:1:16: 'cache.size' must be a size with its unit, such as 64MiB, not '10': "
                + "write '10MB' or another unit"
        ),
        (
            "http: { timeout: 10 }",
            "config/base.yml:1:18: 'http.timeout' must be a duration with its unit, such as 10s, not '10': "
                + "write '10s' or another unit"
        ),
        (
            "mode: carefull",
            "config/base.yml:1:7: 'mode' must be 'fast', 'careful' or 'paranoid', not 'carefull': did you mean 'careful'?"
        ),
        ("paths: /a", "config/base.yml:1:8: 'paths' must be a list, such as ., not '/a': write [/a]"),
        ("paths: [[a]]", "config/base.yml:1:9: a list in the list 'paths': write plain texts"),
        ("- a", "config/base.yml:1:1: a list where keys belong: write lines such as 'key: value'"),
        (
            "http.port: 1\nhttp: { port: 2 }",
            "config/base.yml:2:15: 'http.port' is set twice, first at config/base.yml:1:12: keep one of them"
        ),
        ("tls: true\ntls: no", "config/base.yml:2:1: duplicate key 'tls', first written in line 1: keep one of them"),
        ("api: { pin: 12a4 }", "config/base.yml:1:13: 'api.pin' must be a whole number; what it is stays secret"),
        (
            "api: { token: x, token_file: y }",
            "config/base.yml:1:30: 'api.token' is set here and by 'api.token_file', too (config/base.yml:1:15): "
                + "keep one of them"
        ),
        (
            "api: { token_file: none }",
            "config/base.yml:1:20: 'api.token_file': none cannot be read: no such file"
        ),
        (
            "tls: \"",
            "config/base.yml:1:6: the quote that begins here is never closed: close it with \""
        ),
    ])
    func `row 41: a mistake in a file is told with its place, and what would be right`(text: String, message: String) {
        #expect(resolve(base: text).messages == [message])
    }

    @Test func `row 41: mistakes of variables and flags name them`() {
        #expect(
            resolve(variables: ["DIRLISTER_HTTP_PORT": "abc", "DIRLISTER_HTTP_PROT": "1"]).messages == [
                "DIRLISTER_HTTP_PROT: no key is called like this variable: did you mean 'DIRLISTER_HTTP_PORT'?",
                "DIRLISTER_HTTP_PORT: 'http.port' must be a whole number, such as 8080, not 'abc'",
            ])
        #expect(
            resolve(set: ["http.port=", "tls", "htp.port=1", "http=1", "api.token=s3cret", "=1"]).messages == [
                "--set tls: 'tls' sets nothing: write --set key=value",
                "--set htp.port: unknown key 'htp.port': did you mean 'http.port'?",
                "--set http: unknown key 'http': set one of its keys: http.host, http.port, http.timeout, http.proxy",
                "--set api.token: 'api.token' is secret, and everybody on this machine can read a command line: "
                    + "use DIRLISTER_API_TOKEN or --set api.token_file=PATH",
                "--set =1: '=1' sets nothing: write --set key=value",
                "--set http.port: 'http.port' must be a whole number, such as 8080, not ''",
            ])
    }

    @Test func `variables that Kubernetes makes of a service of this name are nobody's mistake`() {
        let result = resolve(variables: [
            "DIRLISTER_SERVICE_HOST": "10.0.0.1", "DIRLISTER_SERVICE_PORT": "80", "DIRLISTER_PORT": "tcp://10.0.0.1:80",
            "DIRLISTER_PORT_80_TCP_ADDR": "10.0.0.1", "DIRLISTERX": "1",
        ])
        #expect(result.messages == [])
    }

    @Test func `a wrong value is never replaced by the default, nor hidden by a stronger layer`() {
        let result = resolve(base: "http: { port: 9x }", set: ["http.port=80"])
        #expect(result.messages == ["config/base.yml:1:15: 'http.port' must be a whole number, such as 8080, not '9x'"])
        #expect(resolve(base: "http: { port: 9x }").values["http.port"] == nil)
    }

    @Test func `a required key that nobody sets is told with all ways to set it`() {
        let secret = ConfigKey<String>("db.password", secret: true)
        #expect(
            resolve([Keys.database, secret]).messages == [
                "'database.url' has no value and no default: set it in config/production.yml, config/base.yml, "
                    + "DIRLISTER_DATABASE_URL or with --set database.url=…",
                "'db.password' has no value and no default: set it in config/production.yml, config/base.yml, "
                    + "DIRLISTER_DB_PASSWORD or with --set db.password_file=PATH",
            ])
        #expect(resolve([Keys.database], base: "database: { url: x }").messages == [])
    }

    @Test func `keys that contradict each other are told`() {
        let keys: [any ConfigurationKey] = [
            ConfigKey("Http.Port", default: 1), ConfigKey("a", default: 1), ConfigKey("a", default: 1),
            ConfigKey("a.b", default: 1), ConfigKey("a_b", default: 1), ConfigKey("t", default: 1, secret: true),
            ConfigKey("t_file", default: 1),
        ]
        #expect(
            resolve(keys).messages == [
                "the declared keys: 'Http.Port' is no name of a key: use small letters, digits, '_' and '-' in parts "
                    + "that dots join, such as 'http.port'",
                "the declared keys: 'a' is declared twice: keep one of them",
                "the declared keys: 'a.b' and 'a_b' are the same variable, DIRLISTER_A_B: rename one of them",
                "the declared keys: 't_file' is declared twice: keep one of them",
                "the declared keys: 'a' is a key and a section of keys: rename the key",
                "the declared keys: 'a' is a key and a section of keys: rename the key",
            ])
    }

    @Test func `the exit code tells the command line's mistakes from the others`() {
        #expect(ConfigurationError(resolve(set: ["x"]).problems).exitCode == 64)
        #expect(ConfigurationError(resolve(base: "x: 1").problems).exitCode == 78)
        #expect(ConfigurationError(resolve(base: "x: 1", set: ["x"]).problems).exitCode == 78)
    }
}
