import Glibc
import HobClient
import HobProtocol
import HobSystem
import HobTestKit
import Testing

@Suite("Launching a supervisor")
struct SupervisorLauncherTests {
    private let directory: TestDirectory
    private let runtime: TestDirectory

    init() throws {
        directory = try TestDirectory("hob-project")
        runtime = try TestDirectory("hob-run")
        try directory.write("", to: "hob.yml")
    }

    /// A launcher whose hobd is a shell script; its words are in `$*`, its readiness goes to descriptor 3.
    private func launcher(script: String) throws -> SupervisorLauncher {
        try directory.write("#!/bin/sh\n" + script, to: "hobd", mode: 0o755)
        let environment = [
            "HOB_HOBD": directory.path(of: "hobd"), "HOB_RUNTIME_DIR": runtime.path, "PATH": "/usr/bin:/bin",
            "MARK": "kept",
        ]
        let scope = try Scope.project(
            file: nil, directory: directory.path, places: Scope.Places(environment: environment))
        return SupervisorLauncher(scope, environment: environment)
    }

    private func error(_ body: () throws -> Void) -> ClientError? {
        do {
            try body()
            return nil
        } catch {
            return error as? ClientError
        }
    }

    /// The end of a script that lets the scripted supervisor answer from the runtime directory.
    private func becomeReady(_ played: TestDirectory) -> String {
        "ln -s \(played.path)/control.sock \(runtime.path)/control.sock; echo ready >&3\n"
    }

    private func text(_ name: String) -> String {
        let text = directory.read(name) ?? "?"
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    @Test("hobd is started in its own session with its places, and greeted once it is ready")
    func launches() throws {
        let played = try TestDirectory("hob-run")
        let supervisor = try ScriptedSupervisor(in: played.descriptor) { _, client in client.done() }
        let launcher = try launcher(
            script: """
                echo "$@" > \(directory.path)/words
                echo $(cut -d ' ' -f 6 /proc/$$/stat) $MARK > \(directory.path)/session
                echo $$ kept > \(directory.path)/pid
                pwd > \(directory.path)/cwd
                echo to the log
                \(becomeReady(played))
                """)
        #expect(try launcher.connect()?.greeting == nil)
        let (connection, launched) = try launcher.connectOrLaunch()
        #expect(launched)
        #expect(connection.greeting.version == HobVersion.current)
        let words = "--runtime \(runtime.path) --state \(directory.path)/.hob/state --logs \(directory.path)/.hob/logs"
        #expect(text("words") == "\(words) --name \(launcher.scope.name) --ready-fd 3")
        #expect(text("pid") == text("session"))
        #expect(text("cwd") == "/")
        #expect(text(".hob/state/hobd.log") == "to the log")
        #expect(text(".hob/runtime") == runtime.path)
        #expect(try !launcher.connectOrLaunch().launched)
        withExtendedLifetime(supervisor) {}
    }

    @Test("Who loses the race connects to the winner")
    func lostRace() throws {
        let played = try TestDirectory("hob-run")
        let supervisor = try ScriptedSupervisor(in: played.descriptor) { _, client in client.done() }
        let launcher = try launcher(
            script: "ln -s \(played.path)/control.sock \(runtime.path)/control.sock; exit 73\n")
        #expect(try !launcher.connectOrLaunch().launched)
        withExtendedLifetime(supervisor) {}
    }

    @Test(
        "A hobd that does not come up is explained",
        arguments: [
            ("echo 'error: cannot lock the scope' >&3; exit 1", "cannot lock the scope"),
            ("echo last words; exit 4", "exited with status 4"), ("echo last words; exit 4", "last words"),
            ("kill -9 $$", "SIGKILL"),
        ])
    func failures(script: String, words: String) throws {
        let launcher = try launcher(script: script + "\n")
        let failure = error { _ = try launcher.connectOrLaunch() }
        #expect(failure?.code == .launchFailed)
        #expect(failure?.message.contains(words) == true, "\(String(describing: failure))")
    }

    @Test("A missing hobd is named")
    func missing() throws {
        let launcher = try launcher(script: "")
        try directory.descriptor.remove("hobd")
        let failure = error { _ = try launcher.connectOrLaunch() }
        #expect(failure?.code == .launchFailed)
        #expect(failure?.message.contains(directory.path(of: "hobd")) == true)
    }

    @Test("A hobd that says nothing is not waited for for ever")
    func silent() throws {
        let launcher = try launcher(script: "exec sleep 60\n")
        let failure = error { _ = try launcher.connectOrLaunch(until: .now() + .milliseconds(200)) }
        #expect(failure?.code == .timedOut)
        // The sentence names the process, which is ours to end.
        let digits = failure?.message.drop { !$0.isNumber }.prefix { $0.isNumber }
        let pid = try #require(digits.flatMap { Int32($0) })
        let process = try ProcessHandle.open(pid: pid)
        try process.signal(.kill)
        // The launcher reaps it: a zombie would answer signals for ever.
        #expect(process.waitForExit(until: .now() + .seconds(10)))
        let deadline = MonotonicTime.now() + .seconds(10)
        while try process.signal(SignalNumber(rawValue: 0)), MonotonicTime.now() < deadline { sched_yield() }
        #expect(try !process.signal(SignalNumber(rawValue: 0)))
    }

    @Test("While another hob launches, the lock is waited for until the deadline")
    func lock() throws {
        let launcher = try launcher(script: "exit 1\n")
        let held = try ScopeHome.prepare(launcher.scope).lockForLaunch(until: .now() + .seconds(5))
        let failure = error { _ = try launcher.connectOrLaunch(until: .now() + .milliseconds(50)) }
        #expect(failure?.code == .timedOut)
        withExtendedLifetime(held) {}
    }
}
