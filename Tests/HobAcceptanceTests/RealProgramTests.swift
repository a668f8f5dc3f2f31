import Glibc
import HobProtocol
import HobSupervisorCore
import HobSystem
import HobTestKit
import Testing

/// Hob exists for programs like these; their authors have never heard of it.
@Suite(.blocking) struct RealProgramTests {
    @Test(
        "real programs are started, probed, reloaded, healed after kill -9 and stopped with an empty process tree",
        arguments: RealProgram.all)
    func life(of program: RealProgram) throws {
        for executable in program.executables {
            try #require(access(executable, X_OK) == 0, "\(executable) is not here: run 'Scripts/setup test'")
        }
        try Sandbox.with { box in
            let place = RealProgramPlace(directory: box.path, port: try LoopbackPort.free())
            try install(program, at: place, in: box)
            let events = try startAndProbe(program, at: place, in: box)
            try reload(program, at: place, in: box)
            try killAndHeal(program, at: place, in: box, events)
            try stop(program, at: place, in: box)
        }
    }

    // MARK: Steps

    private func install(_ program: RealProgram, at place: RealProgramPlace, in box: Sandbox) throws {
        for (name, text) in program.files(place) { try box.write(text, to: name) }
        mkdir(box.file("temporary"), 0o755)
        mkdir(box.file("pg"), 0o700)
        if let user = getpwnam("postgres")?.pointee, geteuid() == 0 { chown(box.file("pg"), user.pw_uid, user.pw_gid) }
        // The successor's own hook looks whether anybody is left of its predecessor: exactly between the two.
        try box.write(
            """
            #!/bin/sh
            for pid in $(cat '\(box.path)/workers'); do
                [ ! -d "/proc/$pid" ] || echo "$pid" >>'\(box.path)/survivors'
            done
            \(program.preparation(place))
            """, to: "before-start", mode: 0o755)
        try box.write("", to: "workers")
        try box.write("", to: "survivors", mode: 0o666)
        let service = try program.service(place).split(separator: "\n").map { "    \($0)\n" }.joined()
        try box.write(
            "services:\n  \(program.name):\n\(service)    before_start: { command: \(box.file("before-start")) }\n")
    }

    private func startAndProbe(
        _ program: RealProgram, at place: RealProgramPlace, in box: Sandbox
    ) throws -> EventFollower {
        try box.succeed("up", "-d", timeout: .seconds(90))
        #expect(try box.status(program.name).state == .ready)
        // Ready is a promise: no second try.
        #expect(try program.answer(place).contains(program.expected))
        return try box.follow()
    }

    private func reload(_ program: RealProgram, at place: RealProgramPlace, in box: Sandbox) throws {
        let pid = try box.pid(program.name)
        if let change = program.reload {
            try box.write(change.text(place), to: change.file)
            try box.succeed("reload", program.name)
            try waitForAnswer(change.expected, of: program, at: place)
        } else {
            let refusal = try box.hob("reload", program.name)
            #expect(refusal.status == 1 && refusal.err.contains("declares no reload"), "\(refusal)")
        }
        #expect(try box.pid(program.name) == pid, "a reload is not a restart")
    }

    private func killAndHeal(
        _ program: RealProgram, at place: RealProgramPlace, in box: Sandbox, _ events: EventFollower
    ) throws {
        let victim = try box.process(program.name)
        let workers = ProcessTree.descendants(of: victim.pid).filter { $0 != victim.pid }
        #expect(!program.hasWorkers || workers.count >= 2, "\(workers)")
        try box.write(workers.map { "\($0)\n" }.joined(), to: "workers")
        let before = try box.events().last?.sequence ?? 0

        try #require(try victim.signal(.kill))
        let exit = try events.wait("exit", after: before) { $0.isKind(.exited, of: program.name) }
        let spawned = try events.wait("successor", after: exit.sequence) { $0.isKind(.spawned, of: program.name) }
        let ready = try events.wait("readiness", within: .seconds(60), after: spawned.sequence) {
            $0.isState(.ready, of: program.name)
        }
        #expect(exit.pid == victim.pid && ready.pid == spawned.pid && spawned.pid != victim.pid)
        #expect(box.lines("survivors") == [], "what the predecessor left was there when its successor's turn came")
        #expect(try box.status(program.name).restarts == 1)
        #expect(try program.answer(place).contains(program.reload?.expected ?? program.expected))
    }

    private func stop(_ program: RealProgram, at place: RealProgramPlace, in box: Sandbox) throws {
        let main = try box.pid(program.name)
        let tree = ProcessTree.descendants(of: main) + [main]
        let scope = try #require(ProcessTag.scope(named: box.runtime, below: nil).map(UInt64.init))
        func isOurs(_ tag: UInt64) -> Bool { tag >> 42 == scope }
        // What is to be empty afterwards is not empty now.
        #expect(Set(tree).isSubset(of: ProcessTree.everyone(matching: isOurs)))

        // Status 2 would say that its own way to stop did not do.
        try box.succeed("stop", program.name)
        #expect(try box.status(program.name).state == .stopped)
        #expect(ProcessTree.everyone(matching: isOurs) == [])
        #expect(try program.answer(place).contains(program.expected) == false)
    }

    /// A signal asks for a reload and nothing tells its end; so it is asked again until a deadline.
    private func waitForAnswer(_ text: String, of program: RealProgram, at place: RealProgramPlace) throws {
        let deadline = MonotonicTime.now() + .seconds(20)
        var answer = ""
        repeat {
            answer = try program.answer(place)
            if answer.contains(text) { return }
            usleep(10_000)
        } while MonotonicTime.now() < deadline
        Issue.record("\(program.name) answers '\(answer)', not '\(text)', after its reload")
    }
}
