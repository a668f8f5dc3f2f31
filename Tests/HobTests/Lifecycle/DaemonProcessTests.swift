import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite("A daemon in its process", .blocking)
struct DaemonProcessTests {
    /// A fixture daemon in the foreground, under a supervisor that only listens.
    private final class Running {
        let directory: TestDirectory
        let socket: DatagramSocket
        let child: TestChild
        private var heard: [String] = []

        init(_ options: String..., change: (inout SpawnRequest) -> Void = { _ in }) throws {
            directory = try TestDirectory()
            socket = try DatagramSocket(in: directory.descriptor, name: "notify")
            var request = SpawnRequest(
                executable: FixtureProgram.path(of: "fixture-daemon"),
                arguments: ["run", "--notes", directory.path(of: "notes")] + options)
            request.environment = ["PATH=/usr/bin:/bin", "NOTIFY_SOCKET=\(directory.path(of: "notify"))"]
            change(&request)
            child = try TestChild(request)
        }

        /// Waits until the supervisor has been told this.
        func waitToHear(_ line: String) throws {
            let deadline = MonotonicTime.now() + .seconds(30)
            while true {
                if let place = heard.firstIndex(of: line) {
                    heard.removeFirst(place + 1)
                    return
                }
                guard socket.descriptor.waitReadable(until: deadline), let message = try socket.receive() else {
                    throw SystemError(code: ETIMEDOUT, message: "not told \(line); log: \(notes)")
                }
                heard += String(decoding: message.bytes, as: UTF8.self).split(separator: "\n").map(String.init)
            }
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

        func signal(_ signal: SignalNumber) throws { try child.process.handle.signal(signal) }

        var notes: [String] { (directory.read("notes") ?? "").split(separator: "\n").map(String.init) }
    }

    @Test("READY, STOPPING, hooks once in reverse order, status 0")
    func graceful() throws {
        let daemon = try Running()
        try daemon.waitToHear("READY=1")
        try daemon.signal(.terminate)
        try daemon.waitToHear("STOPPING=1")
        #expect(try daemon.child.waitForExit() == .exited(code: 0))
        #expect(daemon.notes == ["running", "run ended", "hook third", "hook second", "hook first"])
    }

    @Test("row 46: a shutdown hook that throws does not stop the rest")
    func throwingHook() throws {
        let daemon = try Running("--hook-fails")
        try daemon.waitToHear("READY=1")
        try daemon.signal(.interrupt)
        let output = try daemon.child.readToEnd()
        #expect(try daemon.child.waitForExit() == .exited(code: 0))
        #expect(daemon.notes.suffix(3) == ["hook third", "hook second", "hook first"])
        #expect(output.contains("shutdown hook second failed: it does not want to"))
    }

    @Test("row 46: the hooks are bounded by the deadline, and the one that hangs is named")
    func hangingHook() throws {
        let daemon = try Running("--hook-hangs")
        try daemon.waitToHear("READY=1")
        try daemon.signal(.terminate)
        let output = try daemon.child.readToEnd()
        #expect(try daemon.child.waitForExit() == .exited(code: 2))
        #expect(output.contains("shutdown hook second"))
    }

    @Test("row 45: a reload that throws is logged, and a following TERM still stops it")
    func failingReload() throws {
        let daemon = try Running("--reload-fails")
        try daemon.waitToHear("READY=1")
        try daemon.signal(.hangUp)
        try daemon.waitToHear("RELOADING=1")
        try daemon.waitToHear("READY=1")
        try daemon.signal(.terminate)
        let output = try daemon.child.readToEnd()
        #expect(try daemon.child.waitForExit() == .exited(code: 0))
        #expect(output.contains("the reload failed: reload: it does not want to"))
        #expect(daemon.notes.contains("reload"))
    }

    @Test("one that does not heed a graceful shutdown is cancelled")
    func stubborn() throws {
        let daemon = try Running("--stubborn")
        try daemon.waitToHear("READY=1")
        try daemon.signal(.terminate)
        let output = try daemon.child.readToEnd()
        #expect(try daemon.child.waitForExit() == .exited(code: 0))
        #expect(daemon.notes.contains("cancelled"))
        #expect(output.contains("still running: run"))
    }

    @Test("one that heeds nothing ends at the deadline, with its pool blocked as well")
    func stuck() throws {
        for option in ["--stuck", "--blocks-pool"] {
            let daemon = try Running("--stuck", option)
            try daemon.waitToHear("READY=1")
            try daemon.signal(.terminate)
            let output = try daemon.child.readToEnd()
            #expect(try daemon.child.waitForExit() == .exited(code: 2))
            #expect(output.contains("still running: run"))
        }
    }

    @Test("services end in reverse order, and a stuck one holds up no other")
    func services() throws {
        let orderly = try Running("--services")
        try orderly.waitToHear("READY=1")
        for name in ["one", "two", "three"] { try orderly.waitToNote("\(name) runs") }
        try orderly.signal(.terminate)
        #expect(try orderly.child.waitForExit() == .exited(code: 0))
        #expect(
            orderly.notes.filter { $0.hasSuffix(" ended") && $0 != "run ended" } == [
                "three ended", "two ended", "one ended",
            ])
        let stuck = try Running("--services", "--stuck-service")
        try stuck.waitToHear("READY=1")
        for name in ["one", "two", "three"] { try stuck.waitToNote("\(name) runs") }
        try stuck.signal(.terminate)
        let output = try stuck.child.readToEnd()
        #expect(try stuck.child.waitForExit() == .exited(code: 0))
        let ends = stuck.notes.filter { $0.hasSuffix(" ended") && $0 != "run ended" }
        #expect(ends == ["three ended", "one ended", "two ended"])
        #expect(output.contains("NotingService has not ended in"))
    }

    @Test("TERM at any moment of its start ends it in order, without waiting for its patience")
    func earlyTerm() throws {
        for round in 0..<10 {
            let daemon = try Running()
            try daemon.waitToNote("running")
            usleep(UInt32(round) * 500)
            try daemon.signal(.terminate)
            let output = try daemon.child.readToEnd()
            #expect(try daemon.child.waitForExit() == .exited(code: 0))
            #expect(!output.contains("still running"), "\(output)")
        }
    }

    @Test("a run that throws ends with status 1 and its words")
    func failing() throws {
        let daemon = try Running("--fails")
        let output = try daemon.child.readToEnd()
        #expect(try daemon.child.waitForExit() == .exited(code: 1))
        #expect(output.contains("it does not want to"))
    }

    @Test("the watchdog is answered as long as the pool runs, and not when it is blocked")
    func watchdog() throws {
        let daemon = try Running("--stubborn") { $0.environment.append("WATCHDOG_USEC=100000") }
        try daemon.waitToHear("WATCHDOG=1")
        try daemon.waitToHear("WATCHDOG=1")
        try daemon.waitToHear("WATCHDOG=1")
        try daemon.signal(.kill)
        let blocked = try Running("--stuck", "--blocks-pool") { $0.environment.append("WATCHDOG_USEC=100000") }
        try blocked.waitToNote("running")
        // At most the two that were on their way come.
        var answers = 0
        while blocked.socket.descriptor.waitReadable(until: MonotonicTime.now() + .seconds(1)) {
            guard let message = try blocked.socket.receive() else { break }
            if String(decoding: message.bytes, as: UTF8.self).contains("WATCHDOG=1") { answers += 1 }
            guard answers < 5 else { break }
        }
        #expect(answers <= 3)
    }
}
