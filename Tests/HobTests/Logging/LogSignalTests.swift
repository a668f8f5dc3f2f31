import Glibc
import HobSystem
import HobTestKit
import Testing

/// The log of a daemon in a process of its own, which gets real signals.
@Suite(.blocking) struct LogSignalTests {
    private let directory: TestDirectory

    init() throws {
        directory = try TestDirectory()
    }

    private func start(_ options: String...) throws -> TestChild {
        var request = SpawnRequest(
            executable: FixtureProgram.path(of: "fixture-daemon"),
            arguments: ["run", "--notes", directory.path(of: "notes"), "--log-file", directory.path(of: "log")]
                + options)
        // The copy on standard output has no reader here.
        let null = try Descriptor.open("/dev/null", flags: .writeOnly)
        request.descriptors = [
            DescriptorMapping(source: null.raw, target: 1), DescriptorMapping(source: null.raw, target: 2),
        ]
        return try withExtendedLifetime(null) { try TestChild(request) }
    }

    private func messages(_ name: String) -> [Substring] {
        (directory.read(name) ?? "").split(separator: "\n").compactMap { $0.split(separator: ": ", maxSplits: 1).last }
    }

    /// Looks again and again until it is so; another process cannot tell us.
    private func wait(for what: String, _ isSo: () -> Bool) throws {
        let deadline = MonotonicTime.now() + .seconds(30)
        while !isSo() {
            guard MonotonicTime.now() < deadline else {
                throw SystemError(code: ETIMEDOUT, message: "no \(what); log: \(messages("log").suffix(5))")
            }
            usleep(1_000)
        }
    }

    @Test func `row 49: with real HUPs none of 10,000 lines is lost or repeated, and the next one is in the new file`()
        throws
    {
        let daemon = try start("--log-lines", "10000")
        try wait(for: "log") { directory.read("log")?.isEmpty == false }
        var rotations = 0
        var isLast = false
        while !isLast {
            isLast = (directory.read("notes") ?? "").contains("logged")
            rotations += 1
            try directory.descriptor.rename("log", to: "log.\(rotations)")
            try daemon.process.handle.signal(.hangUp)
            try wait(for: "new file") { directory.read("log") != nil }
        }
        try daemon.process.handle.signal(.terminate)
        #expect(try daemon.waitForExit() == .exited(code: 0))
        var lines: [Substring] = []
        for rotation in 1...rotations { lines += messages("log.\(rotation)") }
        lines += messages("log")
        let numbered = lines.filter { $0.first?.isNumber == true && $0.contains("-") }
        #expect(numbered.count == 10_000)
        #expect(
            Set(numbered.map(String.init)) == Set((0..<4).flatMap { writer in (0..<2_500).map { "\(writer)-\($0)" } }))
        for writer in 0..<4 {
            #expect(numbered.filter { $0.hasPrefix("\(writer)-") }.elementsEqual((0..<2_500).map { "\(writer)-\($0)" }))
        }
    }

    @Test func `row 44: USR1 and USR2 change the level of a running daemon`() throws {
        let daemon = try start("-e", "production", "--log-lines", "4")
        try wait(for: "first lines") { messages("log").contains("3-0") }
        for (signal, level) in [(SignalNumber.user1, "debug"), (.user1, "info"), (.user2, "debug"), (.user2, "debug")] {
            let before = messages("log").count
            try daemon.process.handle.signal(signal)
            try wait(for: "level \(level)") {
                messages("log").dropFirst(before).contains("the log level is now \(level)")
            }
        }
        try daemon.process.handle.signal(.terminate)
        #expect(try daemon.waitForExit() == .exited(code: 0))
    }
}
