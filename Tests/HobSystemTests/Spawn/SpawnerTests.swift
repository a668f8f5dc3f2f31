import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct SpawnerTests {
    /// A program whose exec stands still for as long as this object lives: its file is leased, and the kernel asks
    /// the holder back before anybody may open it.
    private final class StuckProgram: Sendable {
        let directory: TestDirectory
        let path: String
        private let lease: Descriptor

        init() throws {
            directory = try TestDirectory()
            try directory.copy("/bin/true", to: "stuck")
            path = directory.path(of: "stuck")
            lease = try Descriptor.open(path)
            // F_SETSIG: a signal that is ignored by default tells of the break.
            try #require(fcntl(lease.raw, 10, SIGURG) == 0)
            try #require(fcntl(lease.raw, 1024, F_WRLCK) == 0, "F_SETLEASE")
        }

        func unstick() { lease.close() }
    }

    @Test func `mains are never children of the leader thread`() async {
        await #expect(processExitsWith: .success) {
            try ProcessControl.becomeSubreaper()
            let main = try TestChild(fixture: "sleep")
            #expect(ProcessTree.children(of: getpid()) == [main.pid])
            #expect(try ProcessTree.orphansOfSelf() == [])
            let directory = try TestDirectory()
            let parent = try TestChild(fixture: "double-fork", directory.path(of: "pid"))
            _ = try parent.waitForExit()
            let orphan = try grandchild(in: directory)
            #expect(try ProcessTree.orphansOfSelf() == [orphan])
            #expect(kill(orphan, SIGKILL) == 0)
            try reapOrphan(orphan)
        }
    }

    @Test func `a stuck exec is seen through its ticket, and killing it ends the spawn`() throws {
        let program = try StuckProgram()
        let ticket = SpawnTicket()
        let outcome = Monitor<Result<SpawnedProcess, SpawnFailure>?>(nil)
        let spawner = Spawner(name: "stuck")
        #expect(ticket.pid == nil && ticket.pidfd == nil)
        var request = SpawnRequest(program.path)
        request.parentDeathSignal = SIGKILL
        spawner.submit(request, ticket: ticket) { result in
            outcome.withLock { $0 = result }
            outcome.signal()
        }
        let child = try #require(waitFor { ticket.pid })
        #expect(ticket.pidfd != nil)
        #expect(ProcessFacts.of(pid: child)?.isZombie == false)
        #expect(outcome.withLock { $0 } == nil)
        ticket.kill()
        let process = try #require(try outcome.wait(until: patience) { $0 }?.get())
        #expect(process.handle.waitForExit(until: patience))
        #expect(try process.handle.reap() == .signaled(signal: SIGKILL, coreDumped: false))
        program.unstick()
    }

    @Test func `a stuck exec does not hold up the others`() throws {
        let programs = try (0..<3).map { _ in try StuckProgram() }
        let spawner = Spawner(name: "busy")
        let finished = Monitor<[Result<SpawnedProcess, SpawnFailure>]>([])
        for program in programs {
            var request = SpawnRequest(program.path)
            request.parentDeathSignal = SIGKILL
            spawner.submit(request) { result in
                finished.withLock { $0.append(result) }
                finished.broadcast()
            }
        }
        let child = try TestChild(SpawnRequest("/bin/true"), on: spawner)
        #expect(try child.waitForExit() == .exited(code: 0))
        #expect(waitFor { spawner.load == 3 ? true : nil } == true)
        for program in programs { program.unstick() }
        let results = try #require(finished.wait(until: patience) { $0.count == 3 ? $0 : nil })
        for result in results {
            let handle = try result.get().handle
            #expect(handle.waitForExit(until: patience))
            #expect(try handle.reap() == .exited(code: 0))
        }
    }

    @Test func `a ticket killed before its turn cancels the spawn, and none is used twice`() {
        let ticket = SpawnTicket()
        ticket.kill()
        let cancelled = #expect(throws: SpawnFailure.self) {
            try Spawner.shared.spawn(SpawnRequest("/bin/true"), ticket: ticket)
        }
        #expect(cancelled?.code == ECANCELED)
    }

    @Test func `a burst is spawned in order, by few threads`() throws {
        let spawner = Spawner(name: "burst")
        let order = Monitor<[Int]>([])
        for number in 0..<200 {
            var request = SpawnRequest("/bin/true")
            request.parentDeathSignal = SIGKILL
            spawner.submit(request) { result in
                if let process = try? result.get() {
                    _ = process.handle.waitForExit(until: patience)
                    _ = try? process.handle.reap()
                }
                order.withLock { $0.append(number) }
                order.signal()
            }
        }
        let finished = try #require(order.wait(until: patience) { $0.count == 200 ? $0 : nil })
        #expect(Set(finished) == Set(0..<200))
    }

    @Test func `row 33: a child with a parent-death signal outlives the threads that asked for it`() throws {
        let child = Monitor<TestChild?>(nil)
        try Thread.start(name: "asker") {
            let made = try? TestChild(fixture: "sleep")
            child.withLock { $0 = made }
            child.signal()
        }
        let made = try #require(child.wait(until: patience) { $0 })
        // The asking thread is gone when the kernel has none of its name any more.
        _ = waitFor { threadNames().contains("asker") ? nil : true }
        #expect(!made.process.handle.hasExited)
    }

    @Test func `children die with the process that made them`() async throws {
        let directory = try TestDirectory()
        let file = directory.path(of: "pid")
        await #expect(processExitsWith: .signal(SIGKILL)) { [file = file as String] in
            let child = try TestChild(fixture: "sleep")
            let output = try Descriptor.open(file, flags: [.writeOnly, .create])
            try output.writeAll("\(child.pid)")
            kill(getpid(), SIGKILL)
        }
        let pid = try #require(directory.read("pid").flatMap { Int32($0) })
        #expect(waitFor { ProcessFacts.of(pid: pid).map(\.isZombie) ?? true ? true : nil } == true)
    }

    private func threadNames() -> [String] {
        let tasks = try? Descriptor.open("/proc/self/task", flags: [.readOnly, .directory]).names()
        return (tasks ?? []).compactMap { task in
            guard let file = try? Descriptor.open("/proc/self/task/\(task)/comm"),
                let bytes = try? file.readAll(limit: 64)
            else { return nil }
            return String(decoding: bytes.dropLast(), as: UTF8.self)
        }
    }
}
