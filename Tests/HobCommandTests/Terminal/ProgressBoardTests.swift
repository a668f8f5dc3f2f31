import HobProtocol
import Testing

@testable import HobCommand

@Suite("Progress", .blocking)
struct ProgressBoardTests {
    @Test("Instances in transition are shown with the time they take; those that arrived are not")
    func transitions() {
        var board = ProgressBoard()
        var isNews = [board.handle(.state("redis", .starting), at: 0)]
        isNews.append(board.handle(.state("web@1", .waiting, message: "waits for redis"), at: 100))
        #expect(
            board.lines(at: 1_250, width: nil, style: .plain)
                == ["  redis  starting  1.2s", "  web@1  waiting  1.1s  waits for redis"])
        isNews.append(board.handle(.state("redis", .ready), at: 1_300))
        isNews.append(board.handle(.state("redis", .ready), at: 1_400))
        #expect(board.lines(at: 1_500, width: nil, style: .plain) == ["  web@1  waiting  1.4s  waits for redis"])
        isNews.append(board.handle(.state("web@1", .failed), at: 2_000))
        #expect(isNews == [true, true, true, false, true])
        #expect(board.lines(at: 2_500, width: nil, style: .plain).isEmpty)
    }

    @Test("What fails again and again is said once")
    func repetition() {
        var board = ProgressBoard()
        var said: [String] = []
        for attempt: Int32 in 1...3 {
            let exit = EventRecord(
                sequence: 1, time: 0, kind: .exited, instance: "web", pid: attempt, message: "exited with status 3")
            let warning = EventRecord(
                sequence: 1, time: 0, kind: .warning, instance: "web", message: "start failed: exited with status 3")
            let news = [
                EventRecord.state("web", .starting), exit, warning,
                .state("web", .backingOff, message: "exited with status 3"),
            ]
            for event in news where board.handle(event, at: 0) { said.append(ProgressBoard.plainLine(event)) }
        }
        #expect(
            said == [
                "web: starting", "web: exited with status 3 (pid 1)", "web: backing-off: exited with status 3",
            ])
    }

    @Test("At most ten lines are shown, and the rest is counted")
    func many() {
        var board = ProgressBoard()
        for number in 1...1_000 { _ = board.handle(.state("web@\(number)", .starting), at: 0) }
        let lines = board.lines(at: 0, width: nil, style: .plain)
        #expect(lines.count == ProgressBoard.limit)
        #expect(lines.last == "  … and 991 more")
    }

    @Test("No line is wider than the terminal", arguments: 5...40)
    func width(width: Int) {
        var board = ProgressBoard()
        _ = board.handle(.state("a-long-name", .waiting, message: "a long reason that does not end soon"), at: 0)
        #expect(board.lines(at: 0, width: width, style: .plain).allSatisfy { $0.count < width })
    }

    @Test("Plain lines say what happened, once")
    func plainLines() {
        #expect(ProgressBoard.plainLine(.state("web", .starting, message: "its process is made")) == "web: starting")
        #expect(
            ProgressBoard.plainLine(.state("web", .waiting, message: "waits for db")) == "web: waiting: waits for db")
        let warning = EventRecord(sequence: 1, time: 0, kind: .warning, message: "disk full")
        #expect(ProgressBoard.plainLine(warning) == "warning: disk full")
    }
}
