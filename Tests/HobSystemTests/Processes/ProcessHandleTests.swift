import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct ProcessHandleTests {
    @Test func `looking at an end leaves it, reaping takes it`() throws {
        let child = try TestChild(fixture: "exit", "7")
        let handle = child.process.handle
        #expect(handle.waitForExit(until: patience))
        #expect(handle.hasExited)
        #expect(try handle.peekExit() == .exited(code: 7))
        #expect(try handle.peekExit() == .exited(code: 7))
        #expect(try handle.reap() == .exited(code: 7))
        let error = #expect(throws: SystemError.self) { try handle.reap() }
        #expect(error?.code == ECHILD)
        // Gone: no signal reaches anybody.
        #expect(try handle.signal(.terminate) == false)
    }

    @Test(arguments: ["TERM", "KILL", "XCPU", "USR1"])
    func `death by signal is told`(name: String) throws {
        let signal = try #require(SignalNumber(name: name))
        let child = try TestChild(fixture: "signal", name)
        #expect(try child.waitForExit() == .signaled(signal: signal.rawValue, coreDumped: false))
    }

    @Test func `a running process has no status yet`() throws {
        let child = try TestChild(fixture: "sleep")
        #expect(!child.process.handle.hasExited)
        #expect(try child.process.handle.peekExit() == nil)
        #expect(try child.process.handle.reap() == nil)
        #expect(try child.process.handle.exitInfo() == nil)
        #expect(!child.process.handle.waitForExit(until: MonotonicTime.now() + .milliseconds(10)))
    }

    @Test func `a signal reaches the process, and its group`() throws {
        let alone = try TestChild(fixture: "sleep")
        #expect(try alone.process.handle.signal(.terminate))
        #expect(try alone.waitForExit() == .signaled(signal: SIGTERM, coreDumped: false))

        let shell = try TestChild(SpawnRequest("/bin/sh", ["-c", "sleep 60 & echo started; wait"]))
        try shell.waitForOutput("started")
        #expect(try shell.process.handle.signalGroup(.terminate))
        // The end of the output is the end of all who had it.
        _ = try shell.readToEnd()
        #expect(try shell.waitForExit() == .signaled(signal: SIGTERM, coreDumped: false))
    }

    @Test func `a group can be signalled through its reaped leader`() throws {
        let shell = try TestChild(SpawnRequest("/bin/sh", ["-c", "sleep 60 & exit 0"]))
        #expect(try shell.waitForExit() == .exited(code: 0))
        #expect(try shell.process.handle.signalGroup(.kill))
        _ = try shell.readToEnd()
    }

    @Test func `an event loop hears of the end`() throws {
        let loop = try EventLoop()
        let child = try TestChild(fixture: "sleep")
        var ended = false
        try loop.watch(child.process.handle.raw, events: .read) { _ in ended = true }
        try child.process.handle.signal(.kill)
        #expect(try loop.run(until: patience) { ended })
    }

    @Test func `the end of somebody else's child is told once its parent has reaped it`() async {
        await #expect(processExitsWith: .success) {
            // The shell's child is not ours; its pidfd answers after the shell's wait.
            let shell = try TestChild(
                SpawnRequest("/bin/sh", ["-c", "sh -c 'echo $$; read line; exit 7' <&3 & wait; echo reaped; exec cat"])
                    .reading())
            let first = try shell.waitForOutput("\n")
            let pid = try #require(Int32(first.prefix { $0 != "\n" }))
            let handle = try ProcessHandle.open(pid: pid)
            #expect(try handle.exitInfo() == nil)
            let error = #expect(throws: SystemError.self) { try handle.peekExit() }
            #expect(error?.code == ECHILD)
            #expect(kill(pid, SIGKILL) == 0)
            try shell.waitForOutput("reaped")
            let info = try handle.exitInfo()
            // Kernels before 6.15 cannot say.
            #expect(info == nil || info == .signaled(signal: SIGKILL, coreDumped: false))
        }
    }

    @Test func `no such process is an error that names it`() {
        for pid: Int32 in [0, -1, -5] {
            let error = #expect(throws: SystemError.self) { try ProcessHandle.open(pid: pid) }
            #expect(error?.message.contains("process \(pid)") == true)
        }
    }

    @Test func `an interrupted wait is tried again`() throws {
        let child = try TestChild(fixture: "exit", "0")
        #expect(child.process.handle.waitForExit(until: patience))
        let status = try FaultPlan.during(FaultPlan([FaultRule(.waitid, 1...2, EINTR)])) { () throws(SystemError) in
            try child.process.handle.reap()
        }
        #expect(status == .exited(code: 0))
    }
}

extension SpawnRequest {
    /// With a readable descriptor 3 that never ends.
    fileprivate func reading() throws -> SpawnRequest {
        var request = self
        let pipe = try Descriptor.pipe()
        request.descriptors.append(DescriptorMapping(source: pipe.read.release(), target: 3))
        _ = pipe.write.release()
        return request
    }
}
