import Glibc
import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct KeeperTests {
    @Test func `a supervisor killed with -9 is followed by one with the same descriptors`() throws {
        let kept = try KeptSupervisor()
        let first = try kept.begin()
        let files = ["a", "b"].map { kept.directory.path(of: $0) }
        #expect(try kept.ask("store 3 7 0 \(files[0]) hello", "stored") == "stored 3.7.0 0")
        #expect(try kept.ask("store 3 7 1 \(files[1])", "stored") == "stored 3.7.1 0")
        let table = try kept.ask("table", "table")
        let second = try kept.dieAndReturn()
        #expect(second.pid != first.pid)
        #expect(second["keeper"] == "\(kept.pid)")
        #expect(second["held"] == "2")
        #expect(second["comm"] == "hobd")
        #expect(try kept.ask("table", "table") == table)
        // One key, one descriptor: the newest; and none after a drop.
        #expect(try kept.ask("store 3 7 0 \(files[1]) hi", "stored") == "stored 3.7.0 0")
        try kept.tell("drop 3 7 1")
        let third = try kept.dieAndReturn()
        #expect(third["held"] == "1")
        let replaced = try kept.ask("table", "table")
        #expect(replaced.hasSuffix(":hi") && replaced.contains(" 3.7.0="))
    }

    @Test func `every life gets the mask that hobd was started with, and learns of the limit`() throws {
        let kept = try KeptSupervisor {
            $0.limits.append(ResourceLimit(.openFiles, soft: 77, hard: 555))
        }
        let lives = [try kept.begin(), try kept.dieAndReturn()]
        for life in lives {
            #expect(life["files"] == "555" && life["original"] == "77" && life["mask"] == "0")
        }
        #expect(try ProcessLimits.get(.openFiles, pid: kept.pid).soft == 555)
    }

    @Test func `the end of orphans stays known until they are released, whenever they died`() throws {
        let kept = try KeptSupervisor()
        _ = try kept.begin()
        let before = try kept.spawn("exit 7")
        #expect(before.waitForExit(until: .now() + .seconds(30)))
        let during = try kept.spawn("sleep")
        let after = try kept.spawn("sleep")
        try kept.tell("end 137")
        try during.signal(.kill)
        _ = try kept.nextLife()
        #expect(try kept.ask("status \(after.pid)", "status") == "status \(after.pid) alive")
        // Not yet dead: the order changes nothing.
        try kept.tell("release \(after.pid)")
        _ = try kept.dieAndReturn()
        try after.signal(.terminate)
        #expect(after.waitForExit(until: .now() + .seconds(30)))
        var left: Set<Int32> = []
        for (child, status) in [(before, 7 << 8), (during, SIGKILL), (after, SIGTERM)] {
            for _ in 0..<2 {
                #expect(try kept.ask("status \(child.pid)", "status") == "status \(child.pid) ended \(status)")
            }
            left.insert(child.pid)
        }
        // Any of them, one after the other, and then none.
        while let pid = Int32(try kept.ask("any", "any").split(separator: " ")[1]), left.remove(pid) != nil {
            try kept.tell("release \(pid)")
            #expect(try kept.ask("status \(pid)", "status") == "status \(pid) none")
        }
        #expect(left.isEmpty)
        #expect(try kept.ask("any", "any") == "any 0 alive")
        // The supervisor and the whole world are nobody's to release.
        for pid in ["0", "-1"] { try kept.tell("release \(pid)") }
        #expect(try kept.ask("status -1", "status") == "status -1 none")
    }

    @Test func `the bell rings once, and again only when it was heard`() throws {
        let kept = try KeptSupervisor()
        _ = try kept.begin()
        let children = try (0..<3).map { _ in try kept.spawn("sleep") }
        _ = try kept.dieAndReturn()
        try kept.tell("heedless")
        try kept.ask("echo heedless", "echo heedless")
        for child in children {
            try child.signal(.kill)
            #expect(child.waitForExit(until: .now() + .seconds(30)))
            #expect(try kept.ask("status \(child.pid)", "status") == "status \(child.pid) ended 9")
        }
        #expect(kept.seen.count { $0 == "child" } == 1)
        // A new life is told at its beginning that there are some.
        _ = try kept.dieAndReturn()
        try kept.next("child")
    }

    @Test func `status 0 of the supervisor ends the keeper`() throws {
        let kept = try KeptSupervisor()
        _ = try kept.begin()
        try kept.tell("end 0")
        #expect(try kept.keeperExit() == .exited(code: 0))
    }

    @Test(arguments: [(3, 3), (73, 73), (128 + SIGKILL, 128 + SIGKILL)])
    func `a first life that never gets ready passes its status on`(status: Int32, expected: Int32) throws {
        let kept = try KeptSupervisor()
        _ = try kept.nextLife()
        try kept.tell("end \(status)")
        #expect(try kept.keeperExit() == .exited(code: expected))
    }

    @Test func `five deaths in ten seconds lead to safe mode, until the supervisor ends it`() throws {
        let kept = try KeptSupervisor()
        #expect(try kept.begin()["safe"] == "0")
        try kept.directory.write("137", to: "crash")
        try kept.tell("end 3")
        for _ in 2...5 { #expect(try kept.nextLife()["safe"] == "0") }
        for _ in 6...7 { #expect(try kept.nextLife()["safe"] == "1") }
        try kept.directory.descriptor.remove("crash")
        try kept.tell("echo calm")
        try kept.next("echo calm")
        #expect(try kept.dieAndReturn()["safe"] == "1")
        try kept.tell("resumed")
        #expect(try kept.dieAndReturn()["safe"] == "0")
    }

    @Test func `signals are passed on once, and again to the next life when nobody has taken them`() throws {
        let kept = try KeptSupervisor()
        _ = try kept.begin()
        for signal in [SignalNumber.terminate, .interrupt, .quit, .hangUp] {
            try kept.signalKeeper(signal)
            try kept.next("signal \(signal.rawValue)")
        }
        try kept.tell("heedless")
        try kept.ask("echo heedless", "echo heedless")
        try kept.signalKeeper(.terminate)
        try kept.next("signal 15")
        try kept.signalKeeper(.terminate)
        _ = try kept.dieAndReturn()
        try kept.next("signal 15")
        try kept.ask("any", "any")
        _ = try kept.dieAndReturn()
        try kept.ask("any", "any")
        #expect(kept.seen.count { $0 == "signal 15" } == 3)
        #expect(kept.seen.count { $0 == "signal 1" } == 1)
    }

    @Test func `an idle keeper does not wake up`() throws {
        let kept = try KeptSupervisor()
        _ = try kept.begin()
        let orphan = try kept.spawn("sleep")
        _ = try kept.dieAndReturn()
        try orphan.signal(.kill)
        try kept.next("child")
        try kept.ask("any", "any")
        let before = try kept.switchesAtRest()
        sleep(1)
        #expect(try kept.switches() == before)
    }

    @Test func `a supervisor that never reads holds up nobody`() throws {
        let kept = try KeptSupervisor()
        _ = try kept.begin()
        try kept.tell("deaf")
        // As much as both directions and the keeper's one parked answer take, and again when it has settled.
        while try kept.ask("flood 1000000", "flooded") != "flooded 0" {}
        try kept.signalKeeper(.hangUp)
        let before = try kept.switchesAtRest()
        sleep(1)
        #expect(try kept.switches() == before)
        _ = try kept.dieAndReturn()
        try kept.next("signal 1")
    }
}
