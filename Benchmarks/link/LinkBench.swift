import Glibc
import HobLink
import HobSystem

/// What is called: it answers what it got.
distributed actor Echo {
    typealias ActorSystem = LinkSystem

    distributed func echo(_ text: String) -> String { text }
}

/// `serve PATH` until the end of stdin; `call PATH CALLS CALLERS`: calls per second and latencies of that many callers.
@main enum LinkBench {
    private static let text = String(repeating: "x", count: 64)

    static func main() async throws {
        let words = CommandLine.arguments
        guard words.count >= 3 else {
            print("usage: link-bench serve PATH | call PATH CALLS CALLERS")
            exit(64)
        }
        let link = LinkSystem(LinkConfiguration(name: "link-bench"))
        if words[1] == "serve" {
            try link.export(Echo(actorSystem: link), as: "echo")
            try await link.listen(on: .unix(words[2]))
            print("ready")
            fflush(nil)
            var byte: UInt8 = 0
            while read(0, &byte, 1) > 0 {}
        } else {
            let calls = words.count > 3 ? Int(words[3]) ?? 20_000 : 20_000
            let callers = words.count > 4 ? Int(words[4]) ?? 1 : 1
            try await measure(try link.actor(Echo.self, named: "echo", at: .unix(words[2])), calls, callers)
        }
        await link.shutdown()
    }

    private static func measure(_ echo: Echo, _ calls: Int, _ callers: Int) async throws {
        // Connected, and warm.
        for _ in 0..<1_000 { _ = try await echo.echo(text) }
        let start = MonotonicTime.now()
        var times = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for _ in 0..<callers {
                group.addTask {
                    var times: [Int64] = []
                    times.reserveCapacity(calls / callers)
                    for _ in 0..<calls / callers {
                        let before = MonotonicTime.now()
                        _ = try await echo.echo(text)
                        times.append(MonotonicTime.now().nanoseconds - before.nanoseconds)
                    }
                    return times
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let took = Double(MonotonicTime.now().nanoseconds - start.nanoseconds) / 1e9
        times.sort()
        let rate = Int(Double(times.count) / took)
        print("\(rate) \(times[times.count / 2] / 1_000) \(times[times.count * 99 / 100] / 1_000)")
    }
}
