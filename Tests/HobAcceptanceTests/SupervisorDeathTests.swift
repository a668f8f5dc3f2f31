import Glibc
import HobClient
import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// What people and services notice when a hobd dies or gives way: nothing.
@Suite(.blocking) struct SupervisorDeathTests {
    /// The supervisor of a sandbox, held, and its keeper.
    static func hobd(
        _ sandbox: Sandbox, otherThan old: Int32? = nil
    ) throws -> (supervisor: ProcessHandle, keeper: Int32) {
        let directory = try Descriptor.open(sandbox.runtime, flags: [.readOnly, .directory])
        let deadline = MonotonicTime.now() + .seconds(20)
        while true {
            if let greeting = try? SupervisorConnection.open(in: directory).greeting, greeting.pid != old,
                let keeper = greeting.keeper
            {
                return (try ProcessHandle.open(pid: greeting.pid), keeper)
            }
            guard MonotonicTime.now() < deadline else {
                throw SystemError(code: ETIMEDOUT, message: "no supervisor: \(sandbox.read(".hob/state/hobd.log"))")
            }
            usleep(5_000)
        }
    }

    @Test func `an order that is under way when the supervisor is killed has its true result, once`() throws {
        let yml = """
            services:
              slow:
                command: "echo start >> starts; trap 'exit 0' TERM; sleep 1; touch ready; while :; do sleep 0.05; done"
                shell: true
                ready: { exec: "test -e ready", timeout: 20s }
            """
        try Sandbox.with(yml) { sandbox in
            try sandbox.succeed("up", "-d")
            #expect(sandbox.lines("starts").count == 1)
            try sandbox.succeed("stop", "slow")
            unlink(sandbox.file("ready"))
            let events = try sandbox.follow()
            let first = try sandbox.events().last?.sequence ?? 0
            let run = try sandbox.start(["start", "slow", "--json"])
            try events.wait("its process", after: first) { $0.kind == .spawned }
            let old = try Self.hobd(sandbox)
            try old.supervisor.signal(.kill)
            let result = try run.finish()
            #expect(result.status == 0, "\(result)")
            #expect(result.out.contains("\"kind\":\"started\""), "\(result)")
            #expect(sandbox.lines("starts").count == 2)
            // And one that has been answered is not carried out again for who asks again.
            #expect(try sandbox.status("slow").state == .ready)
        }
    }

    @Test func `down goes on in the next life, and nothing is left`() throws {
        let yml = """
            services:
              deaf:
                command: "trap '' TERM; while :; do sleep 0.05; done"
                shell: true
                stop: [TERM 2s, KILL]
            """
        try Sandbox.with(yml) { sandbox in
            try sandbox.succeed("up", "-d")
            let deaf = try sandbox.process("deaf")
            let events = try sandbox.follow()
            let run = try sandbox.start(["down", "--json"])
            try events.wait("the signal") { $0.kind == .signaled }
            let old = try Self.hobd(sandbox)
            let keeper = try ProcessHandle.open(pid: old.keeper)
            try old.supervisor.signal(.kill)
            let result = try run.finish()
            #expect(result.status == 2, "it had to be killed: \(result)")
            #expect(result.out.contains("\"kind\":\"killed\""), "\(result)")
            #expect(deaf.hasExited)
            #expect(keeper.hasExited)
        }
    }

    @Test func `after five deaths in ten seconds nothing is started until resume`() throws {
        let yml = """
            services:
              web: { command: sleep 1000 }
              other: { command: sleep 1000 }
            """
        try Sandbox.with(yml) { sandbox in
            try sandbox.succeed("up", "-d", "web")
            let web = try sandbox.pid("web")
            var old = try Self.hobd(sandbox)
            for _ in 0..<5 {
                try old.supervisor.signal(.kill)
                old = try Self.hobd(sandbox, otherThan: old.supervisor.pid)
            }
            #expect(try sandbox.pid("web") == web)
            let refused = try sandbox.hob("start", "other")
            #expect(refused.status == 1)
            #expect(refused.err.contains("safe mode") && refused.err.contains("hob resume"), "\(refused)")
            try sandbox.succeed("resume")
            try sandbox.succeed("start", "other")
            #expect(try sandbox.pid("web") == web)
        }
    }

    @Test func `upgrade puts another hobd in place under the same services; one that fails its check is refused`()
        throws
    {
        let yml = "services: { web: { command: sleep 1000, instances: 2 } }\n"
        try Sandbox.with(yml) { sandbox in
            try sandbox.succeed("up", "-d")
            let pids = try sandbox.statuses().map(\.pid)
            let old = try Self.hobd(sandbox)
            try sandbox.write("#!/bin/sh\necho too old for this >&2\nexit 3\n", to: "broken", mode: 0o755)
            let refused = try sandbox.hob("upgrade", sandbox.file("broken"))
            #expect(refused.status == 1)
            #expect(refused.err.contains("refused, the old hobd goes on"), "\(refused)")
            #expect(try Self.hobd(sandbox).supervisor.pid == old.supervisor.pid)
            let bytes = try Descriptor.open(FixtureProgram.path(of: "hobd")).readAll(limit: 512 << 20)
            let copy = try Descriptor.open(sandbox.file("hobd"), flags: [.writeOnly, .create], mode: 0o755)
            try copy.writeAll(bytes)
            copy.close()
            let done = try sandbox.succeed("upgrade", sandbox.file("hobd"))
            #expect(done.err.contains("has given way to"), "\(done)")
            let new = try Self.hobd(sandbox)
            #expect(new.keeper == old.keeper)
            #expect(new.supervisor.pid != old.supervisor.pid)
            for pid in [new.keeper, new.supervisor.pid] {
                var buffer = [CChar](repeating: 0, count: 4_096)
                let count = readlink("/proc/\(pid)/exe", &buffer, buffer.count - 1)
                let text = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
                #expect(text == sandbox.file("hobd"))
            }
            #expect(try sandbox.statuses().map(\.pid) == pids)
            try sandbox.succeed("restart", "web@1")
        }
    }

    @Test func `a control thread that is stuck ends the supervisor, and the next one goes on`() throws {
        try FaultBench.with(
            { _ in "services: { web: { command: sleep 1000 } }\n" }, launch: { _ in "exec" }, up: ["web"]
        ) { bench in
            let sandbox = bench.sandbox
            let web = try sandbox.pid("web")
            let old = try Self.hobd(sandbox)
            // Longer than a control thread may be busy with one wake-up.
            try sandbox.write("control/accept:1:SLEEP60000", to: "faults")
            try old.supervisor.signal(.user2)
            let run = try sandbox.start(["status"])
            #expect(old.supervisor.waitForExit(until: .now() + .seconds(30)))
            try sandbox.write("", to: "faults")
            _ = try run.finish()
            let new = try Self.hobd(sandbox, otherThan: old.supervisor.pid)
            #expect(new.keeper == old.keeper)
            #expect(try sandbox.pid("web") == web)
            #expect(sandbox.read(".hob/state/hobd.log").contains("SIGABRT"))
        }
    }

    @Test func `what a service stores outlives it and the supervisor, and its next process has it`() throws {
        let script = """
            import os, socket, array, time
            out = open("seen", "a")
            fds = int(os.environ.get("LISTEN_FDS", "0"))
            if fds:
                content = os.pread(3, 100, 0).decode()
                out.write(f"{fds} {os.environ['LISTEN_FDNAMES']} {os.environ['LISTEN_PID'] == str(os.getpid())} {content}\\n")
            else:
                fd = os.memfd_create("memory")
                os.write(fd, b"kept")
                s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                s.connect(os.environ["NOTIFY_SOCKET"])
                s.sendmsg([b"FDSTORE=1\\nFDNAME=memory"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))])
                out.write("stored\\n")
            out.flush()
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.connect(os.environ["NOTIFY_SOCKET"])
            s.send(b"READY=1")
            time.sleep(1000)
            """
        let yml = """
            services:
              keeper: { command: python3 store.py, ready: { notify: true, timeout: 20s }, stop: [KILL] }
            """
        try Sandbox.with(yml) { sandbox in
            try sandbox.write(script, to: "store.py")
            try sandbox.succeed("up", "-d")
            #expect(sandbox.lines("seen") == ["stored"])
            let old = try Self.hobd(sandbox)
            try old.supervisor.signal(.kill)
            _ = try Self.hobd(sandbox, otherThan: old.supervisor.pid)
            try sandbox.succeed("restart", "keeper")
            #expect(sandbox.lines("seen") == ["stored", "1 memory True kept"])
            try sandbox.succeed("stop", "keeper")
            try sandbox.succeed("start", "keeper")
            #expect(sandbox.lines("seen") == ["stored", "1 memory True kept", "stored"])
        }
    }

    @Test func `a runtime directory that vanished before the supervisor is killed costs the next life nothing`() throws
    {
        let yml = """
            services:
              talker: { command: "while :; do echo line; sleep 0.05; done", shell: true, stop: [KILL] }
              other: { command: sleep 1000 }
            """
        try Sandbox.with(yml) { sandbox in
            try sandbox.succeed("up", "-d")
            let pids = try sandbox.statuses().map(\.pid)
            let old = try Self.hobd(sandbox)
            #expect(try TestChild(SpawnRequest("/bin/rm", ["-rf", sandbox.runtime])).waitForExit() == .exited(code: 0))
            #expect(try Self.until { sandbox.read(".hob/state/hobd.log").contains("they are there again") })
            #expect(try Self.hobd(sandbox).supervisor.pid == old.supervisor.pid)
            try old.supervisor.signal(.kill)
            let new = try Self.hobd(sandbox, otherThan: old.supervisor.pid)
            #expect(new.keeper == old.keeper)
            #expect(try sandbox.statuses().map(\.pid) == pids)
            // The old FIFO is still read, and after a restart the new one is.
            let lines = try sandbox.succeed("logs", "talker").out.count
            #expect(try Self.until { try sandbox.succeed("logs", "talker").out.count > lines })
            try sandbox.succeed("restart", "talker")
            let more = try sandbox.succeed("logs", "talker").out.count
            #expect(try Self.until { try sandbox.succeed("logs", "talker").out.count > more })
        }
    }

    @Test func `what is tied to a client goes on when that comes back at once, and goes down when it does not`() throws
    {
        try Sandbox.with("services: { web: { command: sleep 1000 } }\n") { sandbox in
            try sandbox.succeed("up", "-d")
            let web = try sandbox.process("web")
            func attach() throws -> SupervisorConnection {
                let connection = try FaultBench.connect(sandbox)
                let request = Request(id: connection.makeRequestID(), verb: .attach)
                _ = try connection.perform(request, until: .now() + .seconds(10))
                return connection
            }
            _ = try attach()
            var second: SupervisorConnection? = try attach()
            // Longer than what is granted to the first.
            #expect(!web.waitForExit(until: .now() + .milliseconds(2_500)))
            #expect(second != nil)
            second = nil
            #expect(web.waitForExit(until: .now() + .seconds(10)))
        }
    }

    @Test func `down leaves no names behind but those that a next one needs`() throws {
        let yml = "services: { web: { command: sleep 1000, instances: 3, notify: true } }\n"
        try Sandbox.with(yml) { sandbox in
            try sandbox.succeed("up", "-d")
            try sandbox.succeed("down")
            let names = try Descriptor.open(sandbox.runtime, flags: [.readOnly, .directory]).names()
            #expect(Set(names).isSubset(of: ["lock", "project"]), "\(names)")
            try sandbox.succeed("up", "-d")
        }
    }

    /// Whether something comes true in time.
    private static func until(_ body: () throws -> Bool) throws -> Bool {
        let deadline = MonotonicTime.now() + .seconds(20)
        while try !body() {
            guard MonotonicTime.now() < deadline else { return false }
            usleep(10_000)
        }
        return true
    }
}
