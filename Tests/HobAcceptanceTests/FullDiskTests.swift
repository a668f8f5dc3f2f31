import Glibc
import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// A disk that is really full, or really read-only.
@Suite(.blocking, .enabled(if: SmallDisk.isPossible, "mounting a tmpfs needs root and CAP_SYS_ADMIN"))
struct FullDiskTests {
    private func flood(_ sandbox: Sandbox, full: String, lines: Int) -> String {
        """
        services:
          talker:
            command: \(sandbox.fixture) flood --lines \(lines) --bytes 100 --stay
            log: { rotate: never, full: \(full) }
            stop: [TERM 200ms, KILL]
          other:
            command: sleep 1000
        """
    }

    /// The numbers of the lines that the flood has left in a log.
    private func numbers(_ text: String) -> [Int] {
        text.split(separator: "\n").compactMap { line in
            // A stamp, a blank, then ten digits.
            let bytes = line.utf8.dropFirst(25).prefix(10)
            return bytes.count == 10 ? Int(String(decoding: bytes, as: UTF8.self)) : nil
        }
    }

    @Test func `a full log disk blocks that service only; nothing is lost, and it goes on within a second`() throws {
        try FaultBench.with(
            { flood($0, full: "block", lines: 4_000) }, launch: SmallDisk.launch([".hob/logs"], size: "1m"),
            up: ["other"]
        ) { bench in
            let disk = SmallDisk(of: bench, at: ".hob/logs")
            try disk.fill(leaving: 64 << 10)
            let follower = try bench.sandbox.follow()
            try bench.order(.start, "talker")
            let trouble = try follower.wait("announcement") { $0.message?.contains("logging is in trouble") == true }
            #expect(trouble.instance == "talker" && trouble.message?.contains("is full") == true)
            bench.latencies = []
            let status = try bench.wait("the trouble in the status") { statuses in
                statuses.contains { $0.logTrouble != nil } && statuses.allSatisfy { $0.state.isUp }
            }
            #expect(status.first { $0.instance == "other" }?.logTrouble == nil)
            let why = try bench.sandbox.succeed("why", "talker")
            #expect(why.out.contains("its log") && why.elapsed < .seconds(2), "\(why)")
            #expect(try bench.sandbox.succeed("status").out.contains("the file system is full"))
            for _ in 0..<20 { _ = try bench.statuses() }
            #expect(bench.latencies.sorted()[bench.latencies.count / 2] < .milliseconds(50))
            let freed = MonotonicTime.now()
            try disk.free()
            try follower.wait("recovery") { $0.message == "logging works again" && $0.instance == "talker" }
            let took = MonotonicTime.now() - freed
            #expect(took < .seconds(1), "recovered after \(took)")
            try bench.sandbox.succeed("start", "talker")
            try bench.wait("all lines", within: .seconds(20)) { _ in numbers(disk.read("talker.log")).count == 4_000 }
            #expect(numbers(disk.read("talker.log")) == Array(1...4_000))
            #expect(try bench.statuses().allSatisfy { $0.logTrouble == nil })
        }
    }

    @Test func `with full: drop the service goes on, and the log counts what is missing`() throws {
        try FaultBench.with(
            { flood($0, full: "drop", lines: 20_000) }, launch: SmallDisk.launch([".hob/logs"], size: "1m"),
            up: ["other"]
        ) { bench in
            let disk = SmallDisk(of: bench, at: ".hob/logs")
            try disk.fill(leaving: 64 << 10)
            let follower = try bench.sandbox.follow()
            try bench.sandbox.succeed("start", "talker")
            try follower.wait("announcement of the loss") { $0.message?.contains("is being dropped") == true }
            // All of its 2 MB went somewhere, though the pipe and the staging area hold a fraction of it: an empty pipe
            // stays empty.
            let fifo = try Descriptor.open(
                "\(bench.sandbox.runtime)/fifo/talker", flags: [.readOnly, .nonBlocking, .noFollow])
            try bench.wait("an empty pipe") { _ in
                var available: Int32 = 0
                return ioctl(fifo.raw, UInt(FIONREAD), &available) == 0 && available == 0
            }
            try disk.free()
            try follower.wait("the count") { $0.message?.contains("of its output were dropped") == true }
            // The service's bytes are in the log or counted, by one mark or by several.
            try bench.wait("all bytes kept or counted") { _ in
                let lines = disk.read("talker.log").split(separator: "\n")
                let dropped = lines.filter { $0.contains("were dropped here") }.reduce(0) { sum, mark in
                    sum + (mark.split(separator: " ").dropFirst(2).first.flatMap { Int($0) } ?? 0)
                }
                let kept = lines.filter { !$0.contains("hob: ") }.reduce(0) { $0 + $1.utf8.count - 25 + 1 }
                // A line that was cut by a loss has been ended.
                return dropped > 0 && abs(kept + dropped - 20_000 * 100) <= 4
            }
        }
    }

    @Test func `a log disk that becomes read-only is told and waited for`() throws {
        try FaultBench.with(
            { _ in
                """
                services:
                  ticker:
                    command: "while :; do echo tick; sleep 0.05; done"
                    shell: true
                """
            }, launch: SmallDisk.launch([".hob/logs"], size: "1m")
        ) { bench in
            let disk = SmallDisk(of: bench, at: ".hob/logs")
            // A file that is open for writing keeps a disk writable.
            try bench.arm("log-writer/write:*:EROFS")
            try bench.wait("read-only") { $0.first?.logTrouble?.contains("read-only") == true }
            try bench.lift()
            try bench.wait("writable") { $0.first?.logTrouble == nil }
            _ = disk
        }
    }

    @Test func `what a full state disk does not take is done and said: outcomes, exit code, retry`() throws {
        try FaultBench.with(
            { _ in "services: { a: { command: sleep 1000, instances: 2 }, b: { command: sleep 1000 } }" },
            launch: SmallDisk.launch([".hob/state"], size: "64k")
        ) { bench in
            let disk = SmallDisk(of: bench, at: ".hob/state")
            try disk.fill(leaving: 0)
            let follower = try bench.sandbox.follow()
            let result = try bench.sandbox.hob("stop", "b")
            #expect(result.status == 1, "\(result)")
            #expect(result.out.contains("b stopped"), "\(result)")
            #expect(result.err.contains("not stored") && result.err.contains("is full"), "\(result)")
            try disk.remount("ro")
            let second = try bench.sandbox.hob("scale", "a=1", "--json")
            #expect(second.status == 1 && second.out.contains("\"unstored\""), "\(second)")
            try disk.remount("rw")
            let before = follower.events.last?.sequence ?? 0
            try disk.free()
            try follower.wait("stored again", within: .seconds(5), after: before) {
                $0.message == "the state is stored again"
            }
            #expect(disk.read("wanted").contains("\"down\":[\"b\"]"), "\(disk.read("wanted"))")
            #expect(try bench.sandbox.hob("start", "b").status == 0)
        }
    }

    @Test func `a first up on a full state disk keeps its supervisor and its services`() throws {
        try Sandbox.with("services: { a: { command: sleep 1000 } }") { sandbox in
            // hobd's own directories fit, the definitions do not.
            let path = sandbox.file(".hob/state")
            let fill = "head -c 100000 /dev/zero > '\(path)/filler' 2>/dev/null; "
            try FaultBench.install(
                in: sandbox,
                launch:
                    "exec unshare -m /bin/sh -c \"mount -t tmpfs -o size=32k none '\(path)' && { \(fill)exec \\\"\\$@\\\"; }\" x"
            )
            let result = try sandbox.hob("up", "-d")
            #expect(result.status == 1, "\(result)")
            #expect(result.out.contains("a started") && result.err.contains("not stored"), "\(result)")
            #expect(try sandbox.status("a").state == .running)
        }
    }

    @Test(arguments: ["block", "drop"])
    func `down on a full log disk says what it waits for`(full: String) throws {
        try FaultBench.with(
            { flood($0, full: full, lines: 40_000) }, launch: SmallDisk.launch([".hob/logs"], size: "1m"),
            up: ["other"]
        ) { bench in
            try SmallDisk(of: bench, at: ".hob/logs").fill(leaving: 16 << 10)
            try bench.order(.start, "talker")
            try bench.wait("trouble") { $0.contains { $0.logTrouble != nil } }
            let result = try bench.sandbox.hob("down")
            // 2: a service that hangs in a write hears no signal but SIGKILL.
            #expect([0, 2].contains(result.status) && result.elapsed < .seconds(9), "\(result)")
            #expect(!result.err.contains("has not ended yet"), "\(result)")
            #expect(result.err.contains("waiting up to 5 s for the log of talker"), "\(result)")
            #expect(result.err.contains("is full"), "\(result)")
        }
    }
}
