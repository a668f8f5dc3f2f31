import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite("Tasks of a daemon", .blocking)
struct DaemonTasksTests {
    /// A fixture daemon in the foreground, under a supervisor that only listens.
    private final class Running {
        let directory: TestDirectory
        let socket: DatagramSocket
        let child: TestChild

        init(_ options: String...) throws {
            directory = try TestDirectory()
            socket = try DatagramSocket(in: directory.descriptor, name: "notify")
            var request = SpawnRequest(
                executable: FixtureProgram.path(of: "fixture-tasks"),
                arguments: ["run", "--notes", directory.path(of: "notes"), "--mode"] + options)
            request.environment = ["PATH=/usr/bin:/bin", "NOTIFY_SOCKET=\(directory.path(of: "notify"))"]
            child = try TestChild(request)
        }

        /// Waits until the supervisor has been told something that contains this.
        @discardableResult
        func waitToHear(_ text: String) throws -> String {
            let deadline = MonotonicTime.now() + .seconds(30)
            while socket.descriptor.waitReadable(until: deadline), let message = try socket.receive() {
                let words = String(decoding: message.bytes, as: UTF8.self)
                if words.contains(text) { return words }
            }
            throw SystemError(code: ETIMEDOUT, message: "not told \(text); notes: \(notes)")
        }

        func waitToNote(_ line: String) throws {
            let deadline = MonotonicTime.now() + .seconds(30)
            while !notes.contains(line) {
                guard MonotonicTime.now() < deadline else {
                    throw SystemError(code: ETIMEDOUT, message: "\(line) was not noted: \(notes)")
                }
                usleep(1_000)
            }
        }

        func terminate() throws { try child.process.handle.signal(.terminate) }

        var notes: [String] { (directory.read("notes") ?? "").split(separator: "\n").map(String.init) }
    }

    @Test("row 57: TERM with a task of a second running lets it finish, and the status is 0")
    func drainsShort() throws {
        let daemon = try Running("pool")
        try daemon.waitToNote("begun")
        try daemon.waitToHear("READY=1")
        try daemon.terminate()
        #expect(try daemon.child.waitForExit() == .exited(code: 0))
        #expect(daemon.notes.contains("done"))
    }

    @Test(
        "row 57: TERM with a task of a minute running ends within the deadline and names it", arguments: [false, true])
    func drainsLong(isDeaf: Bool) throws {
        let options = ["--needs", "60000"] + (isDeaf ? ["--deaf"] : [])
        let daemon = try Running("pool", options[0], options[1], isDeaf ? "--deaf" : "--needs=60000")
        try daemon.waitToNote("begun")
        try daemon.waitToHear("READY=1")
        try daemon.terminate()
        let output = try daemon.child.readToEnd()
        #expect(try daemon.child.waitForExit() == .exited(code: 0))
        #expect(!daemon.notes.contains("done"))
        #expect(output.contains("these tasks were cancelled: the long one"))
        #expect(output.contains("these tasks still run although they were cancelled: the long one") == isDeaf)
    }

    @Test("a pool as a service is drained with its own patience")
    func service() throws {
        let daemon = try Running("pool-service", "--needs", "60000")
        try daemon.waitToNote("begun")
        try daemon.waitToHear("READY=1")
        try daemon.terminate()
        let output = try daemon.child.readToEnd()
        #expect(try daemon.child.waitForExit() == .exited(code: 0))
        #expect(output.contains("these tasks were cancelled: the long one"))
    }

    @Test("the supervisor is told the numbers of a pool, at most once a second")
    func status() throws {
        let daemon = try Running("pool", "--needs", "60000")
        #expect(try daemon.waitToHear("STATUS=") == "STATUS=work: 1 running, 0 queued, 0 done")
    }

    @Test("a deadline is kept in time while every thread of Swift's pool is blocked")
    func blockedDeadline() throws {
        let daemon = try Running("blocked-deadline")
        try daemon.waitToNote("cancelled in time")
        #expect(try daemon.child.waitForExit(within: .seconds(120)) == .exited(code: 0))
        #expect(daemon.notes.contains("spinning was not done within 300ms and was cancelled"))
    }

    @Test("so is the deadline of a task of a pool")
    func blockedPool() throws {
        let daemon = try Running("blocked-pool")
        try daemon.waitToNote("cancelled in time")
        #expect(try daemon.child.waitForExit(within: .seconds(120)) == .exited(code: 0))
        #expect(daemon.notes.contains("1 timed out"))
    }

    @Test("a sleep on the daemon's clock ends at its time, at a deadline, and at once when cancelled")
    func clock() throws {
        let daemon = try Running("clock")
        #expect(try daemon.child.waitForExit() == .exited(code: 0))
        #expect(
            daemon.notes == [
                "slept", "sleeping was not done within 50ms and was cancelled", "failure(Swift.CancellationError())",
                "run ended",
            ])
    }

    @Test("row 79: an interval, and a moment on the clock on the wall, which ends the loop")
    func schedule() throws {
        let every = try Running("schedule", "--schedule", "every 20ms")
        try every.waitToNote("run 3")
        try every.terminate()
        #expect(try every.child.waitForExit() == .exited(code: 0))
        #expect(every.notes.last == "run ended")
        var soon = time(nil) + 2
        var parts = tm()
        gmtime_r(&soon, &parts)
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let moment =
            "at \(parts.tm_year + 1_900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        let once = try Running("schedule", "--zone", "UTC", "--schedule", moment)
        // A machine that needs more than two seconds for the start finds the moment over.
        #expect(try once.child.waitForExit() == .exited(code: 0))
        #expect(once.notes.last == "run ended")
        #expect(once.notes.first == "run 1" || time(nil) > soon + 2)
    }

    @Test(
        "a schedule or a zone that is none ends the daemon with the column and the remedy",
        arguments: [
            ("61 * * * *", "UTC", "minute, column 1: 61 is out of range: write 0 to 59"),
            ("@daily", "Europe/Wien", "there is no time zone Europe/Wien"), ("@daily", "../passwd", "is no name of a"),
        ])
    func mistakes(_ schedule: String, _ zone: String, _ words: String) throws {
        let daemon = try Running("schedule", "--schedule", schedule, "--zone", zone)
        let output = try daemon.child.readToEnd()
        #expect(try daemon.child.waitForExit() == .exited(code: 1))
        #expect(output.contains(words), "\(output)")
    }
}
