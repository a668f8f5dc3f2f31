import Testing

@testable import Hob

@Suite(.blocking) struct ConfigurationRobustnessTests {
    private static let sample = """
        x-common: &common { host: "a", port: 80 }
        http:
          <<: *common
          timeout: 10s
        cache.size: 64MiB
        paths: [/a, "/b", '/c']
        mode: careful  # a comment
        api:
          token_file: secrets/token
        """

    @Test func `no file traps, and whatever is wrong in one has a place in it`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SplitMix64(seed: seed)
        for round in 0..<1_500 {
            var bytes = Array(Self.sample.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(Array(":{}[],&*\n -\"'|?".utf8).randomElement(using: &generator) ?? 0, at: place)
                default: bytes.removeSubrange(place..<min(bytes.count, place + 12))
                }
                if bytes.isEmpty { bytes = [0x0A] }
            }
            let keys = DeclaredKeys(Keys.all, daemon: "dirlister")
            let layer = ConfigurationLayer(file: "config/base.yml", bytes: bytes, keys: keys)
            let result = ConfigurationResolver(keys: keys).resolve([layer])
            for problem in result.problems {
                guard case .file("config/base.yml", let line, let column)? = problem.origin else {
                    Issue.record("seed \(seed), round \(round): \(problem) has no place")
                    continue
                }
                #expect(line >= 1 && column >= 1, "seed \(seed), round \(round)")
            }
            // A secret whose file is not there is wrong in every round, unless its line is.
            #expect(!result.problems.isEmpty || result.values.count == Keys.all.count, "seed \(seed), round \(round)")
        }
    }

    @Test func `nothing that describes a configuration shows a secret`() throws {
        let sources = ConfigurationSources(
            keys: Keys.all, daemon: "dirlister",
            variables: ["DIRLISTER_API_TOKEN": "s3cret", "DIRLISTER_API_PIN": "s3cret"])
        #expect(!"\(sources)".contains("s3cret"))
        let error = #expect(throws: ConfigurationError.self) { try LiveConfiguration(sources) }
        #expect(error?.message == "DIRLISTER_API_PIN: 'api.pin' must be a whole number; what it is stays secret")
        var right = sources
        right.variables["DIRLISTER_API_PIN"] = "1"
        let configuration = try LiveConfiguration(right)
        #expect(configuration[Keys.token] == "s3cret")
        #expect(!"\(configuration.snapshot)".contains("s3cret"))
        #expect(!"\(configuration)".contains("s3cret"))
    }
}
