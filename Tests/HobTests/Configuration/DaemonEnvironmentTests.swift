import HobTestKit
import Testing

@testable import Hob

@Suite(.blocking) struct DaemonEnvironmentTests {
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
    }

    @Test func `an environment of one's own needs a file, and then it is one like the others`() throws {
        let none = #expect(throws: ConfigurationError.self) {
            try DaemonEnvironment.chosen(flag: nil, variables: ["HOB_ENV": "staging"])
        }
        #expect(
            none?.message
                == "HOB_ENV: the environment must be 'development', 'test' or 'production', not 'staging': "
                + "make config/staging.yml for one of your own")
        #expect(none?.exitCode == 78)

        let directory = try TestDirectory()
        try directory.write("http: { port: 1 }", to: "base.yml")
        try directory.write("http: { port: 3 }", to: "staging.yml")
        try directory.write("", to: "Wrong Name.yml")
        let others = ConfigurationSources.environments(in: directory.path)
        #expect(others == ["Wrong Name", "base", "staging"])
        let chosen = try DaemonEnvironment.chosen(flag: "staging", variables: [:], others: others)
        let sources = ConfigurationSources(
            keys: Keys.all, daemon: "dirlister", environment: chosen, directory: directory.path)
        #expect(try LiveConfiguration(sources)[Keys.port] == 3)
        // No information is lost where nobody has said anything.
        #expect(LogOptions.level(inEnvironment: "staging") == .debug)

        let near = #expect(throws: ConfigurationError.self) {
            try DaemonEnvironment.chosen(flag: "stagign", variables: [:], others: others)
        }
        #expect(
            near?.message
                == "-e stagign: the environment must be 'development', 'test', 'production' or 'staging', "
                + "not 'stagign': did you mean 'staging'?")
    }

    @Test(arguments: ["base", "../production", "Staging", "a b", "", "9", "x/y"])
    func `a name that cannot be a file's beside the others is none`(word: String) {
        #expect(DaemonEnvironment(rawValue: word) == nil)
        #expect(throws: ConfigurationError.self) {
            try DaemonEnvironment.chosen(flag: word, variables: [:], others: [word])
        }
    }
}
