import Glibc
import HobFuzz
import HobSystem
import Testing

/// What `make fuzz` does for minutes, in short and always the same: every seed as it is, and a few hundred variations.
@Suite(.blocking) struct SeedTests {
    private static func seeds(of target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
        let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let directory = try Descriptor.open("/\(root)/Fuzz/\(target.name)/seeds", flags: [.readOnly, .directory])
        return try directory.names().sorted().map { name in
            (name, try Descriptor.open(name, in: directory, flags: [.readOnly]).readAll(limit: 1 << 20))
        }
    }

    @Test(arguments: FuzzTarget.all.map(\.name))
    func `every seed, and every find that became one, keeps the promises`(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let seeds = try Self.seeds(of: target)
        #expect(!seeds.isEmpty)
        for seed in seeds {
            do { try target.check(seed.bytes) } catch { Issue.record("\(name)/\(seed.name): \(error)") }
        }
    }

    @Test(arguments: FuzzTarget.all.map(\.name))
    func `variations of the seeds keep the promises`(name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let seeds = try Self.seeds(of: target)
        let start = getenv("HOB_SEED").flatMap { UInt64(String(cString: $0)) } ?? 20_260
        for round in 0..<UInt64(400) {
            var mutator = Mutator(seed: start &+ round)
            let base = seeds[Int(round) % seeds.count]
            let bytes = mutator.mutated(base.bytes, with: seeds[Int(round / 3) % seeds.count].bytes)
            do {
                try target.check(bytes)
            } catch {
                Issue.record("\(name), from \(base.name) by HOB_SEED=\(start &+ round): \(error)\n\(bytes)")
            }
        }
    }
}
