import Testing

@testable import Hob

/// Random layers, against a model that knows nothing of files and places.
@Suite(.blocking) struct ConfigurationPropertyTests {
    private static let words = ["1", "80", "9x", "", "true", "off", "10s", "250ms", "5MB", "fast", "a,b", "0.25", "-3"]
    private static let names = [
        "http.host", "http.port", "http.timeout", "http.proxy", "cache.size", "cache.ratio", "tls", "mode", "title",
    ]

    /// What each key takes; nil for a word that it refuses.
    private static func naive(_ name: String, _ word: String, fromFile: Bool) -> String? {
        switch name {
        case "http.port": ["1", "80"].contains(word) ? word : nil
        case "http.timeout": ["10s", "250ms"].contains(word) ? word : nil
        case "cache.size": word == "5MB" ? word : nil
        case "cache.ratio": ["1": "1.0", "80": "80.0", "0.25": "0.25", "-3": "-3.0"][word]
        case "tls": word == "true" || word == "1" && !fromFile ? "true" : word == "off" ? "false" : nil
        case "mode": word == "fast" ? word : nil
        default: word
        }
    }

    @Test func `random layers give what a naive model gives`() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = SplitMix64(seed: seed)
        for round in 0..<400 {
            // The strongest first: flags, variables, environment file, base file.
            var layers: [[String: String]] = []
            // Half of the rounds are without mistakes, so that values are compared, too.
            let isClean = round.isMultiple(of: 2)
            for layer in 0..<4 {
                var chosen: [String: String] = [:]
                for name in Self.names where Int.random(in: 0..<3, using: &generator) == 0 {
                    let words = Self.words.filter { !isClean || Self.naive(name, $0, fromFile: layer > 1) != nil }
                    chosen[name] = words.randomElement(using: &generator)
                }
                layers.append(chosen)
            }
            let result = resolve(
                base: Self.yaml(layers[3]), production: Self.yaml(layers[2]),
                variables: Dictionary(
                    uniqueKeysWithValues: layers[1].map {
                        ("DIRLISTER_" + $0.key.uppercased().replacing(".", with: "_"), $0.value)
                    }), set: layers[0].sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
            var mistakes = 0
            for (number, layer) in layers.enumerated() {
                mistakes += layer.count { Self.naive($0.key, $0.value, fromFile: number > 1) == nil }
            }
            #expect(result.problems.count == mistakes, "seed \(seed), round \(round): \(result.messages)")
            guard mistakes == 0 else { continue }
            for name in Self.names {
                guard let number = layers.firstIndex(where: { $0[name] != nil }), let word = layers[number][name] else {
                    #expect(result.values[name]?.origin == .defaultValue, "seed \(seed), round \(round)")
                    continue
                }
                #expect(
                    result.values[name]?.typed.content.text == Self.naive(name, word, fromFile: number > 1),
                    "seed \(seed), round \(round), \(name)")
                let origin = result.values[name]?.origin
                let layer =
                    switch origin {
                    case .commandLine: 0
                    case .variable: 1
                    case .file("config/production.yml", _, _): 2
                    default: 3
                    }
                #expect(layer == number, "seed \(seed), round \(round), \(name)")
            }
        }
    }

    private static func yaml(_ values: [String: String]) -> String {
        values.map { "\($0.key): \"\($0.value)\"\n" }.joined()
    }
}
