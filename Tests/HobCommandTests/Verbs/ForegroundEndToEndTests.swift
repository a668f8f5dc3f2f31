import HobProtocol
import HobSystem
import HobTestKit
import Testing

@Suite("The foreground with a real supervisor", .blocking)
struct ForegroundEndToEndTests {
    private let directory: TestDirectory
    private let runtime: TestDirectory

    init() throws {
        directory = try TestDirectory("hob-project")
        runtime = try TestDirectory("hob-run")
    }

    private func start(_ file: String) throws -> RunningHob {
        try directory.write(file, to: "hob.yml")
        return try RunningHob(["up"], in: directory.path, environment: ["HOB_RUNTIME_DIR": runtime.path])
    }

    private func hob(_ arguments: String...) throws -> HobRun {
        try HobRun(arguments, in: directory.path, environment: ["HOB_RUNTIME_DIR": runtime.path])
    }

    /// Waits until hobd has let go of its scope: until then it may write to the directories.
    private func untilSupervisorEnded() throws {
        try FileLock.acquire("lock", in: runtime.descriptor).release()
    }

    private static let talker = """
        services:
          web:
            command: sh -c 'echo hello from ${NAME}; exec sleep 600'
            instances: 2
          deaf:
            command: sh -c 'trap "" TERM; echo deaf; while :; do sleep 0.1; done'
            stop: [TERM 3s]

        """

    @Test("Ctrl-C stops everything, with its progress, and nothing is left")
    func interrupt() throws {
        let running = try start("services:\n  web: { command: \"sh -c 'echo hello; exec sleep 600'\", instances: 2 }\n")
        #expect(running.waitUntilWritten("web@1 running"))
        #expect(running.waitUntilWritten("web@2 running"))
        #expect(running.waitUntilWritten("web@2 | hello"))
        let status = try JSONReader.read(try hob("status", "--json").output)
        let pids = status.elements?.compactMap { $0["pid"]?.integer.flatMap(Int32.init(exactly:)) } ?? []
        #expect(pids.count == 2)
        let handles = try pids.map { try ProcessHandle.open(pid: $0) }
        try running.signal(.interrupt)
        let run = try running.finish()
        #expect(run.code == 0)
        #expect(run.output.contains("stopping everything; Ctrl-C again kills what is left"))
        #expect(run.lines.last?.hasSuffix("everything has stopped") == true)
        let ended = handles.map { $0.hasExited }
        #expect(ended == [true, true])
        #expect(try hob("status").code == 69)
        try untilSupervisorEnded()
    }

    @Test("A second Ctrl-C kills what is left")
    func twoInterrupts() throws {
        let running = try start(
            """
            services:
              deaf:
                command: sh -c 'trap "" TERM; echo deaf; while :; do sleep 0.1; done'
                stop: [TERM 60s]
              below:
                command: sh -c 'trap "" TERM; echo below; while :; do sleep 0.1; done'
                stop: [TERM 60s]
              above: { command: sleep 600, after: [below] }

            """)
        for name in ["deaf", "below", "above"] { #expect(running.waitUntilWritten("\(name) running")) }
        #expect(running.waitUntilWritten("deaf  | deaf"))
        #expect(running.waitUntilWritten("below | below"))
        let status = try JSONReader.read(try hob("status", "--json").output)
        let pids = status.elements?.compactMap { $0["pid"]?.integer.flatMap(Int32.init(exactly:)) } ?? []
        let handles = try pids.map { try ProcessHandle.open(pid: $0) }
        try running.signal(.interrupt)
        #expect(running.waitUntilWritten("deaf stopping"))
        let began = MonotonicTime.now()
        try running.signal(.interrupt)
        let run = try running.finish()
        #expect(MonotonicTime.now() - began < .seconds(30))
        #expect(run.code == 2, "what had to be killed is told")
        #expect(run.output.contains("killing what is left; Ctrl-C again leaves at once"))
        #expect(run.lines.last?.hasSuffix("everything has stopped") == true)
        let ended = handles.map { $0.hasExited }
        #expect(ended == [true, true, true])
        try untilSupervisorEnded()
    }

    @Test("A third Ctrl-C leaves at once, and the supervisor ends the rest")
    func threeInterrupts() throws {
        let running = try start(Self.talker)
        #expect(running.waitUntilWritten("deaf  | deaf"))
        #expect(running.waitUntilWritten("deaf running"))
        let status = try JSONReader.read(try hob("status", "deaf", "--json").output)
        let pid = try #require(status.elements?.first?["pid"]?.integer.flatMap(Int32.init(exactly:)))
        let deaf = try ProcessHandle.open(pid: pid)
        try running.signal(.interrupt)
        #expect(running.waitUntilWritten("deaf stopping"))
        // Nothing lasts longer than SIGKILL but a supervisor that does not come to send it.
        let log = directory.read(".hob/state/hobd.log") ?? ""
        let line = log.split(separator: "\n").last { $0.contains(" supervises ") }
        let digits = try #require(line?.split(separator: " ").last?.dropLast())
        let hobd = try ProcessHandle.open(pid: try #require(Int32(digits)))
        try hobd.signal(.stop)
        defer { _ = try? hobd.signal(.continue) }
        try running.signal(.interrupt)
        #expect(running.waitUntilWritten("killing what is left; Ctrl-C again leaves at once"))
        try running.signal(.interrupt)
        let run = try running.finish()
        try hobd.signal(.continue)
        #expect(run.code == 1)
        #expect(run.output.contains("goes on stopping: see 'hob status'"))
        #expect(deaf.waitForExit(until: .now() + .seconds(30)))
        try untilSupervisorEnded()
    }

    @Test("When hob vanishes, what it started goes down")
    func vanishes() throws {
        let running = try start("services:\n  web: { command: sleep 600 }\n")
        #expect(running.waitUntilWritten("web running"))
        let status = try JSONReader.read(try hob("status", "--json").output)
        let pid = try #require(status.elements?.first?["pid"]?.integer.flatMap(Int32.init(exactly:)))
        let web = try ProcessHandle.open(pid: pid)
        try running.signal(.kill)
        #expect(try running.finish().code == 137)
        #expect(web.waitForExit(until: .now() + .seconds(30)))
        try untilSupervisorEnded()
    }

    @Test("Where only tasks were to do, up ends with the last of them", arguments: [0, 3])
    func tasks(status: Int) throws {
        let running = try start("services:\n  job: { command: \"sh -c 'echo working; exit \(status)'\", type: task }\n")
        let run = try running.finish()
        #expect(run.code == (status == 0 ? 0 : 1))
        #expect(run.output.contains("job | working\n"))
        #expect(run.output.contains("nothing is left to run"))
        try untilSupervisorEnded()
    }

    @Test("A supervisor that cannot take the definitions over is not left behind")
    func refused() throws {
        let run = try start("services:\n  web: { command: sleep 600, after: [nobody] }\n").finish()
        #expect(run.code == 78)
        #expect(try hob("status").code == 69)
        try untilSupervisorEnded()
    }
}
