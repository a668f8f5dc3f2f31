import Hob
import HobTestKit
import Testing

@Suite struct DaemonEnvironmentTests {
    @Test func `row 39: -e selects the environment, then HOB_ENV, and the default is development`() throws {
        let variables = ["HOB_ENV": "test"]
        #expect(
            try DaemonEnvironment.chosen(flag: "production", variables: variables) == (.production, .commandLine("-e")))
        #expect(try DaemonEnvironment.chosen(flag: nil, variables: variables) == (.test, .variable("HOB_ENV")))
        #expect(try DaemonEnvironment.chosen(flag: nil, variables: ["HOB_ENV": ""]) == (.development, .defaultValue))
        #expect(try DaemonEnvironment.chosen(flag: nil, variables: [:]) == (.development, .defaultValue))
    }

    @Test func `row 39: the environment selects its file`() throws {
        let directory = try TestDirectory()
        try directory.write("http: { port: 1 }", to: "base.yml")
        try directory.write("http: { port: 2 }", to: "production.yml")
        func port(_ environment: DaemonEnvironment) throws -> Int {
            let sources = ConfigurationSources(
                keys: Keys.all, daemon: "dirlister", environment: (environment, .defaultValue),
                directory: directory.path)
            return try LiveConfiguration(sources)[Keys.port]
        }
        #expect(try port(.production) == 2)
        #expect(try port(.development) == 1)
    }

    @Test(arguments: [
        ("prod", "did you mean 'production'?"), ("prodution", "did you mean 'production'?"),
        ("Test", "did you mean 'test'?"),
    ])
    func `what is no environment is an error with a suggestion`(word: String, suggestion: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try DaemonEnvironment.chosen(flag: word, variables: [:])
        }
        #expect(
            error?.message
                == "-e \(word): the environment must be 'development', 'test' or 'production', not '\(word)': "
                + suggestion)
        #expect(error?.exitCode == 64)
        let other = #expect(throws: ConfigurationError.self) {
            try DaemonEnvironment.chosen(flag: nil, variables: ["HOB_ENV": "x"])
        }
        #expect(other?.message == "HOB_ENV: the environment must be 'development', 'test' or 'production', not 'x'")
        #expect(other?.exitCode == 78)
    }
}
