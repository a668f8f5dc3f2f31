import HobSystem
import HobTestKit
import Testing

@Suite(.blocking) struct ProbeTests {
    /// Its pauses outlast the test, so that only a nudge can cause a second attempt.
    private let slow = ProbePacing.backoff(upTo: .seconds(600)).grown(40)

    @Test func `a probe goes on until somebody listens`() throws {
        let loop = try EventLoop()
        let address = try SocketAddress.local(of: TCPSocket.listen(on: .loopback(port: 0)))
        var events: [ProbeEvent] = []
        let probe = Probe(
            id: 7, target: .tcp([address]), pacing: .prompt(upTo: .milliseconds(100), isCostly: false),
            userAgent: "hob", on: loop
        ) { events.append($0) }
        probe.start(deadline: patience)
        _ = try loop.run(until: patience) { !events.isEmpty }
        #expect(events == [.failedAttempt(id: 7, "connection refused")])
        let listener = try TCPSocket.listen(on: address)
        _ = try loop.run(until: patience) { events.count > 1 }
        #expect(events.last == .succeeded(id: 7))
        withExtendedLifetime(listener) {}
        #expect(loop.timerCount == 0)
    }

    @Test func `a nudge ends the pause, also one that comes too early, and is nothing after the end`() throws {
        let loop = try EventLoop()
        let directory = try TestDirectory()
        var events: [ProbeEvent] = []
        let probe = Probe(
            id: 1, target: .unix(directory.path(of: "s.sock")), pacing: slow,
            userAgent: "hob", on: loop
        ) { events.append($0) }
        probe.start(deadline: patience)
        #expect(events == [.failedAttempt(id: 1, "no such socket")])
        let listener = try UnixListener(in: directory.descriptor, name: "s.sock")
        // Mostly within the least gap, where this moves the next attempt; else it makes it.
        probe.nudge()
        probe.nudge()
        _ = try loop.run(until: patience) { events.count > 1 }
        #expect(events.last == .succeeded(id: 1))
        withExtendedLifetime(listener) {}
        probe.nudge()
        #expect(events.count == 2)
        #expect(loop.timerCount == 0)
    }

    @Test func `a nudge after a while tries at once`() throws {
        let loop = try EventLoop()
        let directory = try TestDirectory()
        var events: [ProbeEvent] = []
        let probe = Probe(
            id: 1, target: .unix(directory.path(of: "s.sock")), pacing: slow,
            userAgent: "hob", on: loop
        ) { events.append($0) }
        probe.start(deadline: patience)
        let listener = try UnixListener(in: directory.descriptor, name: "s.sock")
        let later = MonotonicTime.now() + .milliseconds(1)
        _ = try loop.run(until: later) { false }
        #expect(events.count == 1)
        probe.nudge()
        _ = try loop.run(until: patience) { events.count > 1 }
        #expect(events.last == .succeeded(id: 1))
        withExtendedLifetime(listener) {}
        #expect(loop.timerCount == 0)
    }

    @Test func `a cancelled probe leaves no timer and no watch and cannot be nudged`() throws {
        let loop = try EventLoop()
        let watches = loop.watchCount
        var events: [ProbeEvent] = []
        let probe = Probe(
            id: 1, target: .unix("/no/such/directory/s.sock"), pacing: .backoff(upTo: .seconds(600)), userAgent: "hob",
            on: loop
        ) { events.append($0) }
        probe.start(deadline: patience)
        probe.cancel()
        probe.nudge()
        #expect(loop.timerCount == 0)
        #expect(loop.watchCount == watches)
        #expect(events.count == 1)
    }
}

extension ProbePacing {
    /// As it is after so many pauses.
    fileprivate func grown(_ count: Int) -> ProbePacing {
        var copy = self
        for _ in 0..<count { _ = copy.nextPause(elapsed: .zero, lastAttempt: .zero) }
        return copy
    }
}
