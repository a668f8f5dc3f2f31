import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct FaultPlanTests {
    private func readOnce(_ descriptor: Descriptor) throws(SystemError) -> Int? {
        var byte: UInt8 = 0
        var failure: SystemError?
        let count = withUnsafeMutableBytes(of: &byte) { buffer -> Int? in
            do throws(SystemError) { return try descriptor.read(into: buffer) } catch {
                failure = error
                return nil
            }
        }
        if let failure { throw failure }
        return count
    }

    @Test func `the third read says EINTR and is tried again`() throws {
        let pipe = try Descriptor.pipe(nonBlocking: true)
        try pipe.write.writeAll("abcd")
        let plan = FaultPlan([FaultRule(.read, 3, EINTR)])
        let counts = try FaultPlan.during(plan) { () throws(SystemError) in
            try [readOnce(pipe.read), readOnce(pipe.read), readOnce(pipe.read), readOnce(pipe.read)]
        }
        #expect(counts == [1, 1, 1, 1])
    }

    @Test func `a range of calls fails with the errno and the others do not`() throws {
        let pipe = try Descriptor.pipe(nonBlocking: true)
        try pipe.write.writeAll("abcd")
        let outcomes = FaultPlan.during(try FaultPlan(parsing: "read:2-3:EIO")) {
            (1...4).map { _ in
                do throws(SystemError) { return try readOnce(pipe.read) == 1 ? "read" : "nothing" } catch {
                    return error.name
                }
            }
        }
        #expect(outcomes == ["read", "EIO", "EIO", "read"])
        #expect(try readOnce(pipe.read) == 1)
    }

    @Test func `a full disk is said with its remedy`() throws {
        let file = try Descriptor.memory(named: "full")
        let error = #expect(throws: SystemError.self) {
            try FaultPlan.during(FaultPlan([FaultRule(.write, 1, ENOSPC)])) { try file.writeAll("x") }
        }
        #expect(error?.description.contains("free some space (ENOSPC)") == true)
    }

    @Test func `a plan touches its own thread only`() throws {
        let done = Monitor<Int32?>(nil)
        try FaultPlan.during(FaultPlan([FaultRule(.eventfd, 1...1000, EMFILE)])) { () throws -> Void in
            try Thread.start(name: "innocent") {
                var code: Int32 = 0
                do throws(SystemError) { _ = try Descriptor.eventCounter() } catch { code = error.code }
                done.withLock { $0 = code }
                done.signal()
            }
            let innocent = done.wait(until: patience) { $0 }
            #expect(innocent == 0)
            let error = #expect(throws: SystemError.self) { try Descriptor.eventCounter() }
            #expect(error?.message.contains("raise RLIMIT_NOFILE") == true)
        }
    }

    @Test(arguments: [
        "clone:3", "clone:x:EAGAIN", "clone:0:EAGAIN", "clone:5-2:EAGAIN", "klone:1:EIO", "read:1:EWHAT", "",
    ])
    func `a plan that cannot be read is refused with the reason`(text: String) {
        let error = #expect(throws: SystemError.self) { try FaultPlan(parsing: text) }
        #expect(error?.message.contains("CALL:N:ERRNO") == true)
    }

    @Test func `a plan may mean one thread, and a call for good`() throws {
        let plan = try FaultPlan(parsing: "control/open:*:EMFILE,log-writer/write:2-:ENOSPC,read:4-6:SLEEP20")
        #expect(plan.rules.map(\.text) == ["control/open:*:EMFILE", "log-writer/write:2-:ENOSPC", "read:4-6:SLEEP20"])
        let done = Monitor<[Int32]?>(nil)
        try Thread.start(name: "victim") {
            let codes = FaultPlan.during(FaultPlan([FaultRule(.eventfd, 2...3, EMFILE, on: "victim")])) {
                (1...4).map { _ -> Int32 in
                    do throws(SystemError) { _ = try Descriptor.eventCounter() } catch { return error.code }
                    return 0
                }
            }
            let others = FaultPlan.during(FaultPlan([FaultRule(.eventfd, 1 ... .max, EMFILE, on: "control")])) {
                (try? Descriptor.eventCounter()) == nil ? 1 : 0
            }
            done.withLock { $0 = codes + [Int32(others)] }
            done.signal()
        }
        #expect(done.wait(until: patience) { $0 } == [0, EMFILE, EMFILE, 0, 0])
    }

    @Test func `a plan for the whole process reaches all threads`() async {
        await #expect(processExitsWith: .success) {
            try FaultPlan.armProcess(parsing: "clone:1:EAGAIN,eventfd:2:EMFILE")
            let failure = #expect(throws: SpawnFailure.self) { try Spawner.shared.spawn(SpawnRequest("/bin/true")) }
            #expect(failure?.code == EAGAIN)
            _ = try Descriptor.eventCounter()
            #expect(throws: SystemError.self) { try Descriptor.eventCounter() }
            _ = try Descriptor.eventCounter()
        }
    }
}
