import Glibc
import HobClient
import HobSystem
import HobTestKit
import Testing

@Suite("Following logs")
struct LogFollowerTests {
    private func collect(_ follower: LogFollower, until count: Int) throws -> [String] {
        let deadline = MonotonicTime.now() + .seconds(30)
        var lines: [String] = []
        while lines.count < count {
            guard waitReadable(follower.raw, until: deadline) || follower.hasMore else { break }
            lines += try follower.next().map { "\($0.instance) \($0.words)" }
        }
        return lines
    }

    private func waitReadable(_ raw: Int32, until deadline: MonotonicTime) -> Bool {
        var entry = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
        let left = (deadline.nanoseconds - MonotonicTime.now().nanoseconds) / 1_000_000
        return poll(&entry, 1, Int32(clamping: max(0, left))) > 0
    }

    @Test("Lines that come are shown once, those there before as asked")
    func follows() throws {
        let logs = try LogWriting()
        for number in 1...5 { try logs.line("\(number)", to: "a") }
        let follower = try LogFollower(logs.open()) { _ in true }
        #expect(try follower.begin(last: 2).map(\.words) == ["4", "5"])
        try logs.line("6", to: "a")
        try logs.line("7", to: "b")
        #expect(try collect(follower, until: 2) == ["a 6", "b 7"])
        #expect(try follower.next().isEmpty)
    }

    @Test("A line is shown when its end has come")
    func partialLine() throws {
        let logs = try LogWriting()
        try logs.line("1", to: "a")
        try logs.raw("2026-01-31T12:00:01.000Z be", to: "a")
        let follower = try LogFollower(logs.open()) { _ in true }
        #expect(try follower.begin(last: 10).map(\.words) == ["1"])
        try logs.raw("gin", to: "a")
        #expect(try follower.next().isEmpty)
        try logs.raw("ning\n", to: "a")
        #expect(try collect(follower, until: 1) == ["a beginning"])
    }

    @Test("Nothing is lost or doubled over rotations, even several between two looks", arguments: [1, 3])
    func rotations(each: Int) throws {
        let logs = try LogWriting()
        try logs.line("0", to: "a")
        let follower = try LogFollower(logs.open()) { _ in true }
        #expect(try follower.begin(last: 0).isEmpty)
        var sequence = 0
        var seen: [String] = []
        for number in 1...24 {
            try logs.line("\(number)", to: "a")
            if number % 2 == 0 {
                sequence += 1
                try logs.rotate("a", to: sequence, compressed: sequence % 5 == 0)
            }
            if number % (2 * each) == 1 { seen += try follower.next().map(\.words) }
        }
        try logs.line("25", to: "a")
        seen += try collect(follower, until: 25 - seen.count).map { String($0.dropFirst(2)) }
        #expect(seen == (1...25).map { "\($0)" })
    }

    @Test("Only the wanted instances are shown, those that begin later included")
    func wanted() throws {
        let logs = try LogWriting()
        let follower = try LogFollower(logs.open()) { $0.hasPrefix("web") }
        #expect(try follower.begin(last: 10).isEmpty)
        try logs.line("no", to: "redis")
        try logs.line("yes", to: "web@3")
        #expect(try collect(follower, until: 1) == ["web@3 yes"])
    }
}
