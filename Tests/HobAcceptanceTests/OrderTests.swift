import Glibc
import HobProtocol
import HobSystem
import Testing

/// Checklist rows 108 and 109: which services an order reaches, and in which order.
@Suite(.blocking) struct OrderTests {
    @Test("row 108: services start in the order d c b a, stop in the order a b c d")
    func dependencies() throws {
        try Sandbox.with(
            """
            x-common: &common
              command: 'trap "sleep 0.05; exit 0" TERM; sleep 1000 & wait'
              shell: true
              ready: { delay: 50ms }
            services:
              a: { <<: *common, after: [b] }
              b: { <<: *common, requires: [c] }
              c: { <<: *common, after: [d] }
              d: { <<: *common }
            """
        ) { box in
            try box.succeed("up", "-d")
            try box.succeed("stop")
            let events = try box.events()
            func names(_ kind: EventRecord.Kind, _ state: ActualState? = nil) -> [String] {
                events.filter { $0.kind == kind && $0.state == state }.compactMap(\.instance)
            }
            #expect(names(.spawned) == ["d", "c", "b", "a"])
            #expect(names(.state, .running) == ["d", "c", "b", "a"])
            #expect(names(.exited) == ["a", "b", "c", "d"])
            // Nobody starts before what it waits for is ready, or goes before what waits for it is gone.
            for (first, second) in [("d", "c"), ("c", "b"), ("b", "a")] {
                let ready = try #require(events.first { $0.isUp(of: first) })
                let spawned = try #require(events.first { $0.isKind(.spawned, of: second) })
                #expect(ready.sequence < spawned.sequence)
                let exited = try #require(events.first { $0.isKind(.exited, of: second) })
                let signaled = try #require(events.first { $0.isKind(.signaled, of: first) })
                #expect(exited.sequence < signaled.sequence)
            }
        }
    }

    @Test("row 108: a cycle is rejected at load, with its path named")
    func cycle() throws {
        try Sandbox.with(
            """
            services:
              a: { command: touch started, after: [b] }
              b: { command: touch started, requires: [c] }
              c: { command: touch started, after: [a] }
            """
        ) { box in
            for words in [["check"], ["up", "-d"]] {
                let result = try box.start(words).finish()
                #expect(result.status == 78, "\(result)")
                let text = result.out + result.err
                let path = ["a → b → c → a", "b → c → a → b", "c → a → b → c", "a -> b -> c -> a"]
                #expect(path.contains { text.contains($0) }, "\(result)")
                #expect(text.contains("hob.yml:"), "\(result)")
            }
            #expect(box.read("started").isEmpty && box.read(".hob/id").isEmpty)
        }
    }

    @Test("row 109: orders reach exactly the members of a group, and what a name, instance, glob or expression means")
    func groups() throws {
        try Sandbox.with(
            """
            services:
              web: { command: sleep 1000, instances: 3, ready: { delay: 10ms } }
              redis: { command: sleep 1000, ready: { delay: 10ms } }
              worker-a: { command: sleep 1000, ready: { delay: 10ms } }
              worker-b: { command: sleep 1000, ready: { delay: 10ms } }
            groups:
              backends: [redis, worker-a]
            """
        ) { box in
            try box.succeed("up", "-d")
            let all = ["redis", "web@1", "web@2", "web@3", "worker-a", "worker-b"]
            let targets: [(words: [String], members: [String])] = [
                (["backends"], ["redis", "worker-a"]),
                (["redis"], ["redis"]),
                (["web"], ["web@1", "web@2", "web@3"]),
                (["web@2"], ["web@2"]),
                (["worker-*"], ["worker-a", "worker-b"]),
                (["/^(redis|web@[13])$/"], ["redis", "web@1", "web@3"]),
                (["backends", "web@1"], ["redis", "web@1", "worker-a"]),
                ([], all),
            ]
            var before = try Self.pids(box)
            #expect(before.keys.sorted() == all)
            for target in targets {
                let result = try box.start(["restart"] + target.words).finish()
                #expect(result.status == 0, "\(result)")
                let after = try Self.pids(box)
                let changed = all.filter { before[$0] != after[$0] }
                #expect(changed == target.members, "restart \(target.words): \(changed)")
                before = after
            }
            let wrong = try box.hob("restart", "bakends")
            #expect(wrong.status == 1 && wrong.err.contains("did you mean 'backends'?"), "\(wrong)")
            #expect(try Self.pids(box) == before)
        }
    }

    private static func pids(_ box: Sandbox) throws -> [String: Int32] {
        Dictionary(
            uniqueKeysWithValues: try box.statuses().compactMap { status in
                status.pid.map { (status.instance, $0) }
            })
    }
}
