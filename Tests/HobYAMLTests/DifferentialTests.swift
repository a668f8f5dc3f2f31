import Glibc
import HobPolicy
import HobYAML
import Testing

/// The reader beside Yams, on texts that nobody chose. `HOB_YAML_ROUNDS` makes it run longer, `HOB_SEED` again.
@Suite(.blocking) struct DifferentialTests {
    private static let rounds = number("HOB_YAML_ROUNDS").map { Int($0) } ?? 2_000
    private static let seed = number("HOB_SEED") ?? UInt64.random(in: 0 ... .max)

    private static func number(_ variable: String) -> UInt64? {
        getenv(variable).flatMap { UInt64(String(cString: $0)) }
    }

    /// Compares both readers; false after a difference, of which a few are enough.
    private func compare(_ bytes: [UInt8], _ round: Int, _ differences: inout Int, _ accepted: inout Int) {
        let ours = Outcome.ours(bytes)
        let oracle = Outcome.oracle(bytes)
        if ours.isAccepted { accepted += 1 }
        if ours.isAccepted == oracle.isAccepted, !ours.isAccepted || ours.tree == oracle.tree { return }
        if Deviation.between(ours, oracle, bytes) != nil { return }
        differences += 1
        Issue.record(
            """
            HOB_SEED=\(Self.seed), round \(round):
            \(String(decoding: bytes, as: UTF8.self).debugDescription)
            ours: \(ours.tree ?? "nothing") \(ours.mistakes.first ?? "")
            Yams: \(oracle.tree ?? "nothing") \(oracle.mistakes.first ?? "")
            """)
    }

    @Test func `documents from a grammar are read as Yams reads them`() {
        var documents = RandomDocument(seed: Self.seed)
        var differences = 0
        var accepted = 0
        for round in 0..<Self.rounds where differences < 5 { compare(documents.next(), round, &differences, &accepted) }
        print("grammar: HOB_SEED=\(Self.seed), \(accepted) of \(Self.rounds) accepted")
        #expect(accepted > Self.rounds / 4)
    }

    @Test func `mutated documents from a grammar are read, or refused, as by Yams`() {
        var documents = RandomDocument(seed: Self.seed)
        var mutator = TextMutator(seed: Self.seed)
        var differences = 0
        var accepted = 0
        var last: [UInt8] = []
        for round in 0..<Self.rounds where differences < 5 {
            let document = documents.next()
            compare(mutator.mutated(document, with: last), round, &differences, &accepted)
            last = document
        }
        print("mutations: HOB_SEED=\(Self.seed), \(accepted) of \(Self.rounds) accepted")
    }

    @Test func `mutated excerpts of this repository's files are read, or refused, as by Yams`() throws {
        let texts = RepositoryTexts.all()
        try #require(texts.count > 20)
        var random = SplitMix64(seed: Self.seed)
        var mutator = TextMutator(seed: Self.seed)
        var differences = 0
        var accepted = 0
        for text in texts where text.count < 20_000 { compare(text, -1, &differences, &accepted) }
        for round in 0..<Self.rounds where differences < 5 {
            let text = texts[Int.random(in: texts.indices, using: &random)]
            let other = texts[Int.random(in: texts.indices, using: &random)]
            let excerpt = mutator.excerpt(of: text, upTo: 800)
            compare(mutator.mutated(excerpt, with: other), round, &differences, &accepted)
        }
        print("repository: HOB_SEED=\(Self.seed), \(accepted) of \(Self.rounds) accepted")
    }
}
