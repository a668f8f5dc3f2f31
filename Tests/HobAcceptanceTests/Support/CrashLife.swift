import Glibc
import HobClient
import HobPolicy
import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// A life of a project in which hobd is killed with -9 while orders are carried out, from a seed.
final class CrashLife {
    /// Which process of hobd is killed.
    enum Target: String {
        case supervisor, keeper, both
    }

    static let services = """
        x-log: &log { rotate: 16kB, keep: 10000 }
        x-quick: &quick { ready: { delay: 20ms }, restart: { delay: 10ms..50ms }, log: *log }
        services:
          steady: { <<: *quick, command: "FIXTURE witness ${NAME} DIRECTORY" }
          loud: { <<: *quick, command: "FIXTURE witness ${NAME} DIRECTORY --burst 12" }
          roll: { <<: *quick, command: "FIXTURE witness ${NAME} DIRECTORY", instances: 3 }
          scaled: { <<: *quick, command: "FIXTURE witness ${NAME} DIRECTORY", instances: 1 }
          toggled: { <<: *quick, command: "FIXTURE witness ${NAME} DIRECTORY" }
          applied: { <<: *quick, command: "FIXTURE witness ${NAME} DIRECTORY", environment: { REVISION: "NUMBER" } }
          victim: { <<: *quick, restart: never, command: "FIXTURE witness ${NAME} DIRECTORY" }
          task: { type: task, command: "FIXTURE witness ${NAME} DIRECTORY --exit 7", log: *log }
        """

    let box: Sandbox
    let target: Target
    private var random: SplitMix64
    private var supervisor: ProcessHandle
    private var keeper: ProcessHandle
    private var revision = 0
    private(set) var kills = 0
    /// From the last kill to the answer to `status`, for each step.
    private(set) var delays: [Duration] = []
    private(set) var unknowns = 0
    private(set) var tally: [String: Int] = [:]

    /// Lives through so many kills, and checks what has become of everything.
    static func run(_ target: Target, kills: Int, seed: UInt64) throws {
        try Sandbox.with { box in
            box.environment.removeAll { $0.hasPrefix("HOB_FIXTURE_LIFETIME=") }
            box.environment += ["HOB_SAFE_MODE=never", "HOB_FIXTURE_LIFETIME=1200"]
            let life = try CrashLife(box, target, seed)
            do {
                let unmoved = try (box.pid("steady"), box.pid("loud"))
                while life.kills < kills { try life.step() }
                try life.settle()
                #expect(try unmoved == (box.pid("steady"), box.pid("loud")), "HOB_SEED=\(seed)")
                let witness = try WitnessReport(of: box)
                try life.checkProcesses(witness)
                try box.succeed("down")
                let complaints = try WitnessReport(of: box).complaints(aboutGaps: target == .supervisor)
                #expect(complaints == [], "HOB_SEED=\(seed)")
                print(life.summary(seed, try WitnessReport(of: box)))
            } catch {
                Issue.record(
                    "HOB_SEED=\(seed), kill \(life.kills): \(error)\nhobd.log: \(box.read(".hob/state/hobd.log"))")
            }
        }
    }

    private init(_ box: Sandbox, _ target: Target, _ seed: UInt64) throws {
        self.box = box
        self.target = target
        random = SplitMix64(seed: seed)
        _ = try Descriptor.open(box.path, flags: [.readOnly, .directory]).makeDirectory("witness", mode: 0o755)
        try box.write(Self.text(box, revision: 0))
        try box.succeed("up", "-d", "steady", "loud", "roll", "scaled", "toggled", "applied")
        let pid = try FaultBench.connect(box).greeting.pid
        supervisor = try ProcessHandle.open(pid: pid)
        keeper = try ProcessHandle.open(pid: Self.parent(of: pid))
    }

    private static func text(_ box: Sandbox, revision: Int) -> String {
        var text = services
        for (word, value) in [
            ("FIXTURE", box.fixture), ("DIRECTORY", box.file("witness")), ("NUMBER", "\(revision)"),
        ] {
            text = text.split(separator: word, omittingEmptySubsequences: false).joined(separator: value)
        }
        return text
    }

    private static func parent(of pid: Int32) throws -> Int32 {
        guard let facts = ProcessFacts.of(pid: pid) else {
            throw SystemError(code: ESRCH, message: "the supervisor, pid \(pid), has ended")
        }
        return facts.parent
    }

    // MARK: One order, and a kill in the middle of it

    private func step() throws {
        let pick = Int.random(in: 0..<9, using: &random)
        switch pick {
        case 0: try order("restart", "roll")
        case 1: try order("restart", "--rolling", "roll")
        case 2: try order("scale", "scaled=\(Int.random(in: 0...4, using: &random))")
        case 3: try order("stop", "toggled")
        case 4: try order("start", "toggled")
        case 5:
            revision += 1
            try box.write(Self.text(box, revision: revision))
            try order("up", "-d", "applied")
        case 6: try runTask()
        case 7: try killVictim()
        default:
            tally["nothing", default: 0] += 1
            try strike()
        }
    }

    private func order(_ words: String...) throws {
        tally[words[0] + (words[1].hasPrefix("--") ? words[1] : ""), default: 0] += 1
        let run = try box.start(words)
        pause(upTo: 120)
        try strike()
        // What the order came to is not known when its connection broke; to give it again is harmless.
        if try run.finish().status == 0 { return }
        tally["given again", default: 0] += 1
        let again = try box.start(words).finish()
        guard again.status == 0 else { throw SystemError(code: EPROTO, message: "again, after a kill: \(again)") }
    }

    private func runTask() throws {
        tally["task", default: 0] += 1
        let before = try look("task").generation
        let run = try box.start(["start", "task"])
        pause(upTo: 200)
        try strike()
        _ = try run.finish()
        if try look("task").generation == before { _ = try box.hob("start", "task") }
        let status = try wait("the task's end") {
            try self.look("task")
        } until: {
            $0.pid == nil && $0.generation > before && !$0.state.isUp && $0.state != .starting
        }
        try check(status, is: "exit status 7") { $0.status == 7 }
    }

    private func killVictim() throws {
        tally["victim", default: 0] += 1
        try box.succeed("start", "victim")
        guard let pid = try look("victim").pid else { throw SystemError(code: ESRCH, message: "the victim has ended") }
        let victim = try ProcessHandle.open(pid: pid)
        let isFirst = Bool.random(using: &random)
        if isFirst { try victim.signal(.kill) }
        pause(upTo: 4)
        try strike { if !isFirst { _ = try victim.signal(.kill) } }
        let status = try wait("the victim's end") {
            try self.look("victim")
        } until: {
            $0.pid == nil
        }
        #expect(status.lastExit?.pid == victim.pid)
        try check(status, is: "SIGKILL") { $0.signal == SIGKILL }
    }

    /// The end of a process that ended by itself; nobody has to know it when a keeper was dead.
    private func check(_ status: InstanceStatus, is what: String, _ isTrue: (ExitRecord) -> Bool) throws {
        guard let exit = status.lastExit else {
            throw SystemError(code: EPROTO, message: "no last exit, not \(what): \(status)")
        }
        if isTrue(exit) { return }
        guard target != .supervisor, exit.status == nil, exit.signal == nil else {
            throw SystemError(code: EPROTO, message: "\(exit), not \(what): \(status)")
        }
        unknowns += 1
    }

    // MARK: Killing

    /// Kills, and waits until `status` is answered again.
    private func strike(_ meanwhile: () throws -> Void = {}) throws {
        let old = supervisor.pid
        switch target {
        case .supervisor:
            try kill(supervisor)
            try meanwhile()
            if Int.random(in: 0..<4, using: &random) == 0 {
                pause(upTo: 40)
                // In the middle of its beginning.
                if let next = newborn() { try kill(next) }
            }
        case .keeper:
            try kill(keeper)
            try meanwhile()
        case .both:
            let pair = [keeper, supervisor].shuffled(using: &random)
            try kill(pair[0])
            if Bool.random(using: &random) { pause(upTo: 15) }
            try kill(pair[1])
            kills -= 1
            try meanwhile()
            pause(upTo: 60)
            let up = try box.hob("up", "-d", "steady")
            guard up.status == 0 else { throw SystemError(code: EPROTO, message: "up after both died: \(up)") }
        }
        try waitForControl(after: old)
    }

    private func kill(_ process: ProcessHandle) throws {
        kills += 1
        _ = try process.signal(.kill)
        killedAt = .now()
    }
    private var killedAt = MonotonicTime.now()

    /// The supervisor that the keeper has just started, before anybody can connect to it.
    private func newborn() -> ProcessHandle? {
        for pid in ProcessTree.children(of: keeper.pid) where pid != supervisor.pid {
            guard let handle = try? ProcessHandle.open(pid: pid), ProcessTree.tag(of: pid) == nil,
                let words = try? Descriptor.open("/proc/\(pid)/cmdline").readAll(limit: 1 << 16),
                String(decoding: words, as: UTF8.self).contains("--keeper-link"), !handle.hasExited
            else { continue }
            return handle
        }
        return nil
    }

    private func waitForControl(after old: Int32) throws {
        let deadline = killedAt + .seconds(10)
        while true {
            do {
                let directory = try Descriptor.open(box.runtime, flags: [.readOnly, .directory])
                let connection = try SupervisorConnection.open(in: directory, until: deadline)
                let pid = connection.greeting.pid
                if pid != old {
                    _ = try connection.statuses(of: [], until: deadline)
                    delays.append(MonotonicTime.now() - killedAt)
                    supervisor = try ProcessHandle.open(pid: pid)
                    keeper = try ProcessHandle.open(pid: Self.parent(of: pid))
                    return
                }
            } catch {
                guard MonotonicTime.now() < deadline else { throw error }
            }
            guard MonotonicTime.now() < deadline else {
                throw SystemError(code: ETIMEDOUT, message: "pid \(old) still answers, 10 s after the kill")
            }
            // Nothing announces when somebody listens on a socket.
            usleep(1_000)
        }
    }

    /// The state of one instance, without a run of `hob`.
    private func look(_ name: String) throws -> InstanceStatus {
        let statuses = try FaultBench.connect(box).statuses(of: [name])
        guard let status = statuses.first else { throw SystemError(code: ENOENT, message: "no status of \(name)") }
        return status
    }

    private func pause(upTo milliseconds: UInt32) {
        usleep(UInt32.random(in: 0...(milliseconds * 1_000), using: &random))
    }

    private func wait<Value>(
        _ what: String, _ look: () throws -> Value, until isMeant: (Value) -> Bool
    ) throws -> Value {
        let deadline = MonotonicTime.now() + .seconds(20)
        while true {
            let value = try look()
            if isMeant(value) { return value }
            guard MonotonicTime.now() < deadline else {
                throw SystemError(code: ETIMEDOUT, message: "no \(what) within 20 s: \(value)")
            }
            usleep(10_000)
        }
    }

    // MARK: The end

    private func settle() throws {
        try box.succeed("scale", "scaled=3")
        try box.succeed("start", "toggled", "victim")
    }

    /// As many processes as are wanted, and each of them the one that `status` names.
    private func checkProcesses(_ witness: WitnessReport) throws {
        let statuses = try box.statuses()
        let expected: Set<String> = [
            "steady", "loud", "roll@1", "roll@2", "roll@3", "scaled@1", "scaled@2", "scaled@3", "toggled", "applied",
            "victim",
        ]
        #expect(Set(statuses.filter { $0.state.isUp }.map(\.instance)) == expected)
        let directory = box.file("witness")
        let living = ProcessTree.processes().filter { pid in
            let words = try? Descriptor.open("/proc/\(pid)/cmdline").readAll(limit: 1 << 16)
            return String(decoding: words ?? [], as: UTF8.self).contains(directory)
        }
        #expect(Set(living) == Set(statuses.compactMap(\.pid)) && living.count == expected.count, "\(statuses)")
        for status in statuses where status.kind == .service {
            // Each generation was begun once at most.
            let starts = witness.starts(of: status.instance)
            #expect(starts <= Int(status.generation) || status.service == "scaled", "\(starts) starts: \(status)")
        }
    }

    private func summary(_ seed: UInt64, _ witness: WitnessReport) -> String {
        let sorted = delays.sorted()
        let words = tally.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        let milliseconds = [sorted[sorted.count / 2], sorted[sorted.count * 9 / 10], sorted[sorted.count - 1]].map {
            $0.components.seconds * 1_000 + $0.components.attoseconds / 1_000_000_000_000_000
        }
        return """
            \(target.rawValue) killed \(kills) times (HOB_SEED=\(seed)): in control again p50 \(milliseconds[0]) ms, \
            p90 \(milliseconds[1]) ms, max \(milliseconds[2]) ms (goal 200); \(witness.processes) processes, \
            \(witness.lines) lines, \(witness.gaps) gaps marked, \(unknowns) ends unknown; \(words)
            """
    }
}
