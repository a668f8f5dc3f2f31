import Glibc
import HobProtocol
import HobSystem
import Testing

/// Checklist row 113: what `hob up` does to a project that runs.
@Suite(.blocking) struct LiveReloadTests {
    private static let first = """
        services:
          kept: { command: sleep 1000, ready: { delay: 10ms } }
          many: { command: sleep 1000, instances: 2, ready: { delay: 10ms } }
          changed: { command: sleep 1001, ready: { delay: 10ms } }
          removed: { command: sleep 1002, ready: { delay: 10ms } }
        """
    private static let second = """
        services:
          kept: { command: sleep 1000, ready: { delay: 10ms } }
          many: { command: sleep 1000, instances: 3, ready: { delay: 10ms } }
          changed: { command: sleep 1003, ready: { delay: 10ms } }
          added: { command: sleep 1004, ready: { delay: 10ms } }
        """

    @Test("row 113: added, removed and changed definitions are applied within 1 s; the others keep their pids")
    func apply() throws {
        try Sandbox.with(Self.first) { box in
            try box.succeed("up", "-d")
            let before = try Self.pids(box)
            let removed = try #require(before["removed"])
            try box.write(Self.second)
            let plan = try box.succeed("plan")
            for line in ["+ added", "- removed", "~ changed", "~ many"] { #expect(plan.out.contains(line), "\(plan)") }
            #expect(!plan.out.contains("kept"), "\(plan)")
            #expect(try Self.pids(box) == before)

            let up = try box.succeed("up", "-d")
            let after = try Self.pids(box)
            #expect(after.keys.sorted() == ["added", "changed", "kept", "many@1", "many@2", "many@3"])
            for name in ["kept", "many@1", "many@2"] { #expect(after[name] == before[name], "\(name)") }
            #expect(after["changed"] != before["changed"])
            #expect(!processExists(removed))
            let events = try box.events()
            let applied = try #require(events.last { $0.kind == .applied })
            let last = try #require(events.last)
            #expect(last.time - applied.time <= 1_000, "\(last.time - applied.time) ms; \(up)")

            let again = try box.succeed("up", "-d")
            #expect(try Self.pids(box) == after && again.err.contains("up already"), "\(again)")
        }
    }

    @Test("row 113: an override file merges, and taking it away reverts")
    func override() throws {
        try Sandbox.with(Self.first) { box in
            try box.succeed("up", "-d")
            let before = try Self.pids(box)
            try box.write(
                "services: { changed: { environment: { LEVEL: high } }, many: { instances: 1 } }",
                to: "hob.override.yml")
            try box.succeed("up", "-d")
            let merged = try Self.pids(box)
            #expect(merged.keys.sorted() == ["changed", "kept", "many@1", "removed"])
            #expect(merged["changed"] != before["changed"])
            let changed = try #require(merged["changed"])
            let environment = try String(
                decoding: Descriptor.open("/proc/\(changed)/environ").readAll(limit: 1 << 20), as: UTF8.self)
            #expect(environment.contains("LEVEL=high\u{0}"))
            for name in ["kept", "removed", "many@1"] { #expect(merged[name] == before[name], "\(name)") }

            unlink(box.file("hob.override.yml"))
            try box.succeed("up", "-d")
            let reverted = try Self.pids(box)
            #expect(reverted.keys.sorted() == ["changed", "kept", "many@1", "many@2", "removed"])
            #expect(reverted["changed"] != merged["changed"])
            for name in ["kept", "removed", "many@1"] { #expect(reverted[name] == before[name], "\(name)") }
        }
    }

    private static func pids(_ box: Sandbox) throws -> [String: Int32] {
        Dictionary(
            uniqueKeysWithValues: try box.statuses().compactMap { status in
                status.pid.map { (status.instance, $0) }
            })
    }
}
