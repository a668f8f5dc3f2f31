import HobProtocol
import Testing

@testable import HobCommand

@Suite("The answer of why", .blocking)
struct WhyTextTests {
    // 2026-01-31T12:00:00Z
    private let now: Int64 = 1_769_860_800_000

    @Test("A crashing service: last end, restarts, next start, last words")
    func crashing() {
        let status = InstanceStatus.of("web@1", .backingOff) {
            $0.since = now - 2_000
            $0.restarts = 3
            $0.generation = 4
            $0.lastExit = ExitRecord(
                text: "exited with status 1", status: 1, signal: nil, time: now - 2_000, pid: 4_711)
            $0.next = "starts"
            $0.nextIn = 380
        }
        let lines = WhyText.lines(status, log: ["cannot bind", "giving up"], now: now, style: .plain)
        #expect(
            lines == [
                "web@1 is backing off since 11:59:58Z (2s ago)",
                "  wanted     up",
                "  last end   exited with status 1, 2s ago (pid 4711)",
                "  restarts   3 that nobody asked for",
                "  next       starts in 380ms, at 12:00:00Z",
                "  log        the last 2 lines:",
                "    cannot bind",
                "    giving up",
            ])
    }

    @Test("A waiting service says for whom")
    func waiting() {
        let status = InstanceStatus.of("web", .waiting) { $0.waitsFor = ["redis"] }
        let lines = WhyText.lines(status, log: [], now: now, style: .plain)
        #expect(lines.contains("  waits for  redis"))
        #expect(lines.contains("  last end   never started so far"))
        #expect(lines.contains("  log        empty"))
    }

    @Test("Yesterday's times carry their date")
    func dates() {
        let status = InstanceStatus.of("web", .ready) {
            $0.since = now - 86_400_000
            $0.pid = 7
            $0.uptime = 86_400_000
        }
        let lines = WhyText.lines(status, log: [], now: now, style: .plain)
        #expect(lines[0] == "web is ready since 2026-01-30T12:00:00Z (1d ago)")
        #expect(lines.contains("  process    pid 7, up for 1d"))
        #expect(lines.contains("  next       nothing planned"))
    }

    @Test("Every state has its words", arguments: ActualState.allCases)
    func states(state: ActualState) {
        let lines = WhyText.lines(.of("web", state), log: [], now: now, style: .plain)
        #expect(lines[0].hasPrefix("web is ") || lines[0].hasPrefix("web has "))
    }
}
