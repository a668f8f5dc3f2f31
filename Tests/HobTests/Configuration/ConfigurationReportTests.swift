import HobTestKit
import Testing

@testable import Hob

@Suite(.blocking) struct ConfigurationReportTests {
    private static let keys: [any ConfigurationKey] = [
        Keys.host, Keys.port, Keys.proxy, Keys.paths, Keys.token, Keys.pin,
    ]

    private func load(_ directory: TestDirectory) throws -> LiveConfiguration {
        try directory.write("http:\n  port: 9090\napi: { token_file: secret.txt }\n", to: "base.yml")
        try directory.write("s3cret\n", to: "secret.txt")
        return try LiveConfiguration(
            ConfigurationSources(
                keys: Self.keys, daemon: "dirlister", environment: (.production, .commandLine("-e")),
                directory: directory.path, overrides: ["http.host=::1"],
                variables: ["DIRLISTER_API_PIN": "1234", "DIRLISTER_PATHS": "/a,/b"]))
    }

    @Test func `every key is shown with its value and where it comes from, secrets masked`() throws {
        let directory = try TestDirectory()
        let configuration = try load(directory)
        #expect(configuration[Keys.token] == "s3cret")
        let text = ConfigurationReport(snapshot: configuration.snapshot).text
        #expect(
            text.replacing(directory.path, with: "config") == """
                environment  production  -e
                http.host    ::1         --set http.host
                http.port    9090        config/base.yml:2:9
                http.proxy   (nothing)   default
                paths        [/a, /b]    DIRLISTER_PATHS
                api.token    ********    secret.txt (config/base.yml:3:20)
                api.pin      ********    DIRLISTER_API_PIN

                """)
    }

    @Test func `programs get the same as JSON`() throws {
        let directory = try TestDirectory()
        let json = ConfigurationReport(snapshot: try load(directory).snapshot).json
        #expect(
            json.replacing(directory.path, with: "config") == """
                {
                  "environment": "production",
                  "environment_origin": {"kind": "command-line", "flag": "-e"},
                  "keys": [
                    {"key": "http.host", "value": "::1", "origin": {"kind": "command-line", "flag": "--set http.host"}, \
                "reloads": false, "secret": false, "locked": false, "required": false},
                    {"key": "http.port", "value": 9090, "origin": {"kind": "file", "file": "config/base.yml", "line": 2, \
                "column": 9}, "reloads": true, "secret": false, "locked": false, "required": false},
                    {"key": "http.proxy", "value": null, "origin": {"kind": "default"}, "reloads": true, \
                "secret": false, "locked": false, "required": false},
                    {"key": "paths", "value": ["/a", "/b"], "origin": {"kind": "variable", "variable": \
                "DIRLISTER_PATHS"}, "reloads": true, "secret": false, "locked": false, "required": false},
                    {"key": "api.token", "value": "********", "origin": {"kind": "secret-file", "file": "secret.txt", \
                "named_by": {"kind": "file", "file": "config/base.yml", "line": 3, "column": 20}}, "reloads": true, \
                "secret": true, "locked": false, "required": false},
                    {"key": "api.pin", "value": "********", "origin": {"kind": "variable", "variable": \
                "DIRLISTER_API_PIN"}, "reloads": false, "secret": true, "locked": false, "required": false}
                  ]
                }

                """)
    }
}
