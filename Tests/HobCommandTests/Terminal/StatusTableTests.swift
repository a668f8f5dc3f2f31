import HobProtocol
import Testing

@testable import HobCommand

@Suite("The status table", .blocking)
struct StatusTableTests {
    private let statuses: [InstanceStatus] = [
        .of("redis", .ready) {
            $0.pid = 4_702
            $0.uptime = 192_345
            $0.port = 6_399
        },
        .of("web@10", .backingOff) {
            $0.restarts = 12
            $0.reason = "exited with status 1"
            $0.next = "starts"
            $0.nextIn = 380
        },
        .of("nightly", .done, kind: .task),
    ]

    @Test("Columns are aligned, numbers to the right")
    func aligned() {
        #expect(
            StatusTable.lines(statuses, width: nil, style: .plain) == [
                "NAME     STATE         PID  UPTIME  RESTARTS  PORT  NOTE",
                "redis    ready        4702  3m 12s         0  6399",
                "web@10   backing-off     –       –        12     –  exited with status 1; starts in 380ms",
                "nightly  done            –       –         0     –",
            ])
    }

    @Test("A narrow terminal cuts the note first, then columns", arguments: 1...80)
    func narrow(width: Int) {
        for line in StatusTable.lines(statuses, width: width, style: .plain) {
            #expect(line.count <= width)
        }
    }

    @Test("Colours do not move columns")
    func colored() {
        let plain = StatusTable.lines(statuses, width: nil, style: .plain)
        let colored = StatusTable.lines(statuses, width: nil, style: .colored)
        #expect(colored[1].contains("\u{1B}[32mready\u{1B}[0m"))
        let stripped = colored.map { line in
            var rest = line
            while let start = rest.firstIndex(of: "\u{1B}"), let end = rest[start...].firstIndex(of: "m") {
                rest.removeSubrange(start...end)
            }
            return rest
        }
        #expect(stripped == plain)
    }

    @Test("The note says what matters, and nothing that moves the cursor")
    func notes() {
        let end = ExitRecord(text: "terminated with signal SIGSEGV", status: nil, signal: 11, time: 0, pid: 9)
        #expect(StatusTable.note(of: .of("a", .failed) { $0.lastExit = end }) == "terminated with signal SIGSEGV")
        #expect(StatusTable.note(of: .of("a", .ready) { $0.lastExit = end }).isEmpty)
        #expect(StatusTable.note(of: .of("a", .waiting) { $0.waitsFor = ["redis", "db"] }) == "waits for redis, db")
        #expect(StatusTable.note(of: .of("a", .ready) { $0.statusText = "a\u{1B}[2Jb\n" }) == "a [2Jb ")
        #expect(StatusTable.note(of: .of("a", .stopped) { $0.leftovers = [7, 8] }) == "left over: pid 7, 8")
    }
}
