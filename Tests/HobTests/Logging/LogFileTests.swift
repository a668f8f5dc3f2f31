import Glibc
import HobSystem
import HobTestKit
import Logging
import Testing

@testable import Hob

@Suite(.blocking) struct LogFileTests {
    private let directory: TestDirectory

    init() throws {
        directory = try TestDirectory()
    }

    private func messages(_ names: String...) -> [Substring] {
        names.flatMap { (directory.read($0) ?? "").split(separator: "\n") }
            .compactMap { $0.split(separator: ": ", maxSplits: 1).last }
    }

    @Test func `row 49: rename and HUP lose and repeat none of 10,000 lines of several threads`() throws {
        let log = try DaemonLog(
            name: "lister", LogOptions(level: .info, destinations: [.file(directory.path(of: "log"))]))
        let threads = 4
        let finished = Monitor(0)
        for thread in 0..<threads {
            try Thread.start(name: "log-test", stack: 512 * 1024) {
                let logger = log.logger()
                // An urgent line now and then waits for the queue, which holds fewer than all of them.
                for number in 0..<2_500 { logger.log(level: number % 100 == 0 ? .error : .info, "\(thread)-\(number)") }
                finished.withLock { $0 += 1 }
                finished.broadcast()
            }
        }
        var rotations = 0
        while finished.withLock({ $0 }) < threads {
            rotations += 1
            try directory.descriptor.rename("log", to: "log.\(rotations)")
            log.reopen()
            #expect(log.flush(within: .seconds(60)))
        }
        let ended: Bool? = finished.wait(until: MonotonicTime.now() + .seconds(60)) { $0 == threads ? true : nil }
        #expect(ended == true)
        log.logger().info("the last one")
        #expect(log.flush(within: .seconds(60)))
        #expect(log.lostLines == 0)
        #expect(messages("log").last == "the last one")
        var all: [Substring] = []
        for rotation in 1...rotations { all += messages("log.\(rotation)") }
        all += messages("log")
        #expect(all.count == 10_001)
        let expected = Set((0..<threads).flatMap { thread in (0..<2_500).map { "\(thread)-\($0)" } } + ["the last one"])
        #expect(Set(all.map(String.init)) == expected)
        // Each thread's lines are in its order.
        for thread in 0..<threads {
            #expect(all.filter { $0.hasPrefix("\(thread)-") }.elementsEqual((0..<2_500).map { "\(thread)-\($0)" }))
        }
    }

    @Test func `a file is made with its mode and appended to, one line by several logs at once`() throws {
        let destination = LogDestination.file(directory.path(of: "log"), mode: 0o600)
        let first = try DaemonLog(name: "one", LogOptions(level: .info, destinations: [destination]))
        let second = try DaemonLog(name: "two", LogOptions(level: .info, destinations: [destination]))
        for number in 0..<100 {
            first.logger().info("\(number)")
            second.logger().info("\(number)")
        }
        #expect(first.flush(within: .seconds(30)) && second.flush(within: .seconds(30)))
        #expect(messages("log").count == 200)
        #expect(try FileStatus.of("log", in: directory.descriptor).permissions == 0o600)
    }

    @Test func `a full disk loses lines, which are counted and told of once there is room`() throws {
        #expect(symlink("/dev/full", directory.path(of: "log")) == 0)
        let log = try DaemonLog(
            name: "lister", LogOptions(level: .info, destinations: [.file(directory.path(of: "log"))]))
        for number in 1...3 { log.logger().info("\(number)") }
        #expect(log.flush(within: .seconds(30)))
        #expect(log.lostLines == 3)
        try directory.descriptor.remove("log")
        log.reopen()
        log.logger().info("there is room")
        #expect(log.flush(within: .seconds(30)))
        let text = messages("log").joined(separator: "\n")
        #expect(text.contains("3 lines were lost since 20"))
        #expect(text.contains("the file system is full"))
        #expect(text.contains("there is room"))
    }

    @Test func `a disk that hangs holds up nobody; what does not fit is counted and told of later`() throws {
        // A FIFO that is open and not read behaves as a disk that hangs.
        #expect(mkfifo(directory.path(of: "fifo"), 0o600) == 0)
        let reader = try Descriptor.open(directory.path(of: "fifo"), flags: [.readOnly, .nonBlocking])
        let sink = try QueuedLogSink(
            to: .file(directory.path(of: "fifo")), daemon: "lister", capacity: 64 * 1024)
        let log = DaemonLog(name: "lister", level: .info, sinks: [sink])
        let logger = log.logger()
        let long = String(repeating: "x", count: 1_000)
        let start = MonotonicTime.now()
        for _ in 0..<500 { logger.error("\(long)") }
        // All of them are urgent: the first that is stuck may wait 50 ms, the others do not wait at all.
        #expect(MonotonicTime.now() - start < .seconds(20))
        #expect(sink.lostLines > 0)
        #expect(!log.flush(within: .milliseconds(50)))
        var read: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let deadline = MonotonicTime.now() + .seconds(30)
        func lines(_ part: String) -> Int {
            String(decoding: read, as: UTF8.self).split(separator: "\n").filter { $0.contains(part) }.count
        }
        while lines("lost since") == 0 || lines("xxx") + sink.lostLines < 500 {
            try #require(reader.waitReadable(until: deadline))
            let count = try chunk.withUnsafeMutableBytes { try reader.read(into: $0) ?? 0 }
            read += chunk[..<count]
        }
        #expect(lines("xxx") + sink.lostLines == 500)
    }

    @Test func `a file that cannot be reopened is kept`() throws {
        let log = try DaemonLog(
            name: "lister", LogOptions(level: .info, destinations: [.file(directory.path(of: "log"))]))
        try directory.descriptor.rename("log", to: "old")
        try directory.descriptor.makeDirectory("log")
        log.reopen()
        log.logger().info("still there")
        #expect(log.flush(within: .seconds(30)))
        let messages = messages("old")
        #expect(messages.first?.contains("the log stays with its old file: cannot open") == true)
        #expect(messages.last == "still there")
    }

    @Test func `a log file that cannot be opened is an error that names it`() {
        let error = #expect(throws: LogError.self) {
            try DaemonLog(name: "lister", LogOptions(level: .info, destinations: [.file("/nowhere/at/all.log")]))
        }
        #expect(error?.code == .cannotOpen)
        #expect(error?.message.contains("/nowhere/at/all.log") == true)
    }

    @Test func `a line at error is in the file when the call returns`() throws {
        let log = try DaemonLog(
            name: "lister", LogOptions(level: .info, destinations: [.file(directory.path(of: "log"))]))
        // The wait is bounded, so a machine that is very busy may need several attempts.
        var attempts = 0
        repeat {
            attempts += 1
            log.logger().error("attempt \(attempts)")
        } while messages("log").last != "attempt \(attempts)" && attempts < 20
        #expect(messages("log").last == "attempt \(attempts)")
    }
}
