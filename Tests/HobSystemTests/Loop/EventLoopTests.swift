import Glibc
import HobSystem
import Testing

@Suite(.blocking) struct EventLoopTests {
    @Test func `timers fire in the order of their deadlines, none early`() throws {
        let loop = try EventLoop()
        let start = MonotonicTime.now()
        var fired: [Int] = []
        for delay in [30, 10, 20, 0] {
            let deadline = start + .milliseconds(delay)
            loop.schedule(at: deadline) {
                #expect(MonotonicTime.now() >= deadline)
                fired.append(delay)
            }
        }
        #expect(try loop.run(until: patience) { fired.count == 4 })
        #expect(fired == [0, 10, 20, 30])
    }

    @Test func `it rests once, a second after the last event, and hears the next one as ever`() throws {
        let loop = try EventLoop()
        let pipe = try Descriptor.pipe(nonBlocking: true)
        var rests: [MonotonicTime] = []
        var heard = 0
        var last = MonotonicTime.now()
        loop.atRest = {
            ProcessMemory.giveBack()
            rests.append(MonotonicTime.now())
        }
        try loop.watch(pipe.read.raw, events: .read) { _ in
            var byte: UInt8 = 0
            heard += read(pipe.read.raw, &byte, 1)
            last = MonotonicTime.now()
        }
        // Nothing has happened: nothing to give back.
        #expect(try !loop.runOnce(deadline: MonotonicTime.now() + .milliseconds(1_100)))
        #expect(rests.isEmpty)
        try pipe.write.writeAll("x")
        #expect(try loop.run(until: patience) { !rests.isEmpty })
        #expect(heard == 1 && rests[0] >= last + .seconds(1))
        try pipe.write.writeAll("y")
        #expect(try loop.run(until: patience) { heard == 2 })
        #expect(rests.count == 1)
    }

    @Test func `ten thousand timers all fire`() throws {
        let loop = try EventLoop()
        let start = MonotonicTime.now()
        var fired = 0
        for number in 0..<10_000 { loop.schedule(at: start + .microseconds(number % 997 * 10)) { fired += 1 } }
        #expect(try loop.run(until: patience) { fired == 10_000 })
        #expect(loop.timerCount == 0)
    }

    @Test func `a timer set by a handler for now waits for the next turn`() throws {
        let loop = try EventLoop()
        var turns = 0
        func again() {
            turns += 1
            if turns < 3 { loop.schedule(at: MonotonicTime.now()) { again() } }
        }
        loop.schedule(at: MonotonicTime.now()) { again() }
        #expect(try loop.runOnce(deadline: patience))
        #expect(turns == 1)
        #expect(try loop.run(until: patience) { turns == 3 })
    }

    @Test func `an event of a slot that was freed and taken anew in the same batch is dropped`() throws {
        let loop = try EventLoop()
        let pipes = try (0..<2).map { _ in try Descriptor.pipe(nonBlocking: true) }
        let quiet = try Descriptor.pipe(nonBlocking: true)
        for pipe in pipes { try pipe.write.writeAll("x") }
        var watches: [Watch] = []
        var calls = 0
        var strangers = 0
        for (index, pipe) in pipes.enumerated() {
            watches.append(
                try loop.watch(pipe.read.raw, events: .read) { _ in
                    calls += 1
                    // Whichever comes first ends both and lets a quiet descriptor move into a slot.
                    loop.cancel(watches[1 - index])
                    loop.cancel(watches[index])
                    for _ in 0..<2 {
                        _ = try? loop.watch(quiet.read.duplicate().release(), events: .read) { _ in strangers += 1 }
                    }
                })
        }
        #expect(try loop.runOnce(deadline: patience))
        #expect(calls == 1)
        #expect(strangers == 0)
    }

    @Test func `a handler may cancel itself and its neighbours`() throws {
        let loop = try EventLoop()
        let pipe = try Descriptor.pipe(nonBlocking: true)
        try pipe.write.writeAll("x")
        var calls = 0
        var watch: Watch?
        watch = try loop.watch(pipe.read.raw, events: .read) { _ in
            calls += 1
            if let watch { loop.cancel(watch) }
        }
        #expect(try loop.runOnce(deadline: patience))
        #expect(try !loop.runOnce(deadline: MonotonicTime.now() + .milliseconds(20)))
        #expect(calls == 1)
        #expect(loop.watchCount == 1)
        if let watch { loop.cancel(watch) }
    }

    @Test func `no events leaves the hang-up`() throws {
        let loop = try EventLoop()
        let pipe = try Descriptor.pipe(nonBlocking: true)
        try pipe.write.writeAll("x")
        var seen: IOEvents = []
        let watch = try loop.watch(pipe.read.raw, events: .read) { seen.formUnion($0) }
        try loop.modify(watch, events: [])
        #expect(try !loop.runOnce(deadline: MonotonicTime.now() + .milliseconds(20)))
        pipe.write.close()
        #expect(try loop.run(until: patience) { seen.contains(.hangUp) })
        #expect(!seen.contains(.read))
    }

    @Test func `hooks stand around the handlers of a wake-up`() throws {
        let loop = try EventLoop()
        var order: [String] = []
        loop.beforeDispatch = { order.append("before") }
        loop.afterDispatch = { order.append("after") }
        loop.schedule(at: MonotonicTime.now()) { order.append("timer") }
        #expect(try loop.runOnce(deadline: patience))
        #expect(order == ["before", "timer", "after"])
    }

    @Test func `four threads post and nothing is lost or out of order`() throws {
        let loop = try EventLoop()
        var received: [Int: [Int]] = [:]
        var total = 0
        let inbox = try loop.inbox(of: (Int, Int).self) { message in
            received[message.0, default: []].append(message.1)
            total += 1
        }
        for thread in 0..<4 {
            try Thread.start(name: "poster") {
                for number in 0..<5_000 { inbox.post((thread, number)) }
            }
        }
        #expect(try loop.run(until: patience) { total == 20_000 })
        for thread in 0..<4 { #expect(received[thread] == Array(0..<5_000)) }
    }

    @Test func `a posted closure runs on the loop's thread and can stop it`() throws {
        let finished = Monitor<(loop: Int32, closure: Int32)?>(nil)
        let mailbox = Monitor<Mailbox?>(nil)
        try Thread.start(name: "loop") {
            guard let loop = try? EventLoop() else { return }
            mailbox.withLock { $0 = loop.mailbox }
            mailbox.signal()
            let ran = Monitor<Int32>(0)
            let inbox = try? loop.inbox(of: Int32.self) { thread in
                ran.withLock { $0 = thread }
                loop.stop()
            }
            loop.mailbox.post { inbox?.post(Thread.currentID) }
            try? loop.run()
            finished.withLock { $0 = (loop: Thread.currentID, closure: ran.withLock { $0 }) }
            finished.signal()
        }
        #expect(mailbox.wait(until: patience) { $0 } != nil)
        let threads = finished.wait(until: patience) { $0 }
        #expect(threads != nil && threads?.loop == threads?.closure)
    }

    @Test func `an interrupted wait goes on and a failing one is an error`() throws {
        let loop = try EventLoop()
        var fired = false
        loop.schedule(after: .milliseconds(5)) { fired = true }
        let wentOn = try FaultPlan.during(FaultPlan([FaultRule(.epollWait, 1, EINTR)])) { () throws(SystemError) in
            try loop.run(until: patience) { fired }
        }
        #expect(wentOn)
        #expect(throws: SystemError.self) {
            try FaultPlan.during(FaultPlan([FaultRule(.epollWait, 1, EBADF)])) { () throws(SystemError) in
                try loop.runOnce(deadline: patience)
            }
        }
    }

    @Test func `a watch that the kernel refuses leaves no slot behind`() throws {
        let loop = try EventLoop()
        let before = loop.watchCount
        let file = try Descriptor.memory(named: "plain")
        #expect(throws: SystemError.self) { try loop.watch(file.raw, events: .read) { _ in } }
        #expect(loop.watchCount == before)
    }

    @Test func `an idle loop sleeps`() throws {
        let loop = try EventLoop()
        loop.schedule(after: .seconds(3600)) {}
        var wakeUps = 0
        loop.beforeDispatch = { wakeUps += 1 }
        #expect(try !loop.runOnce(deadline: MonotonicTime.now() + .milliseconds(200)))
        #expect(wakeUps == 0)
    }
}
