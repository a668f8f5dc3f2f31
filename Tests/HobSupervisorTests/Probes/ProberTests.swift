import Glibc
import HobSystem
import HobTestKit
import Testing

@testable import HobSupervisor

@Suite(.blocking) struct ProberTests {
    private let events = EventRecord<ProbeEvent>()

    private func makeProber() throws -> Prober {
        let events = events
        return try Prober { events.append($0) }
    }

    /// A port that nobody listens on; another test may take it, but not at once.
    private func freeAddress() throws -> SocketAddress {
        try SocketAddress.local(of: TCPSocket.listen(on: .loopback(port: 0)))
    }

    @Test func `a listener that comes late is found, after a refusal was told once`() throws {
        let prober = try makeProber()
        defer { prober.stop() }
        let address = try freeAddress()
        prober.start(id: 1, target: .tcp([address]), deadline: MonotonicTime.now() + .seconds(30))
        try events.wait { $0 == .failedAttempt(id: 1, "connection refused") }
        let listener = try TCPSocket.listen(on: address)
        try events.wait { $0 == .succeeded(id: 1) }
        #expect(events.all == [.failedAttempt(id: 1, "connection refused"), .succeeded(id: 1)])
        listener.close()
    }

    @Test func `one of several addresses is enough`() throws {
        let prober = try makeProber()
        defer { prober.stop() }
        let listener = try TCPSocket.listen(on: .loopback(port: 0))
        let port = try SocketAddress.local(of: listener).port
        prober.start(id: 1, target: .tcp([.loopback6(port: port), .loopback(port: port)]), deadline: nil)
        #expect(try events.wait { _ in true } == .succeeded(id: 1))
    }

    @Test func `a Unix socket that appears late is found`() throws {
        let prober = try makeProber()
        defer { prober.stop() }
        let directory = try TestDirectory()
        let target = ProbeTarget.unix(directory.path(of: "s.sock"))
        prober.start(id: 1, target: target, deadline: MonotonicTime.now() + .seconds(30))
        try events.wait { $0 == .failedAttempt(id: 1, "no such socket") }
        // A socket file without a listener is another reason.
        try UnixListener(in: directory.descriptor, name: "s.sock").descriptor.close()
        try events.wait { $0 == .failedAttempt(id: 1, "connection refused") }
        let listener = try UnixListener(in: directory.descriptor, name: "s.sock")
        try events.wait { $0 == .succeeded(id: 1) }
        withExtendedLifetime(listener) {}
    }

    @Test func `http waits for a status in the range, and tells each other answer`() throws {
        let server = try CannedServer(answers: [
            "HTTP/1.1 503 Service Unavailable\r\n\r\n", "HTTP/1.1 503 Service Unavailable\r\n\r\n", "SSH-2.0-x\r\n", "",
            "HTTP/1.1 301 Moved\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n",
        ])
        defer { server.stop() }
        let prober = try makeProber()
        defer { prober.stop() }
        let target = ProbeTarget.http([server.address], host: "web.test:80", path: "/healthz", statuses: 200...299)
        prober.start(id: 4, target: target, deadline: MonotonicTime.now() + .seconds(30))
        try events.wait { $0 == .succeeded(id: 4) }
        #expect(
            events.all == [
                .failedAttempt(id: 4, "answered with status 503"), .failedAttempt(id: 4, "did not answer in HTTP"),
                .failedAttempt(id: 4, "closed the connection without an answer"),
                .failedAttempt(id: 4, "answered with status 301"), .succeeded(id: 4),
            ])
        #expect(server.requests.first?.hasPrefix("GET /healthz HTTP/1.1\r\nHost: web.test:80\r\n") == true)
    }

    @Test func `a deadline ends a probe with the last reason`() throws {
        let prober = try makeProber()
        defer { prober.stop() }
        let deadline = MonotonicTime.now() + .milliseconds(50)
        prober.start(id: 1, target: .tcp([try freeAddress()]), deadline: deadline)
        try events.wait { $0 == .expired(id: 1, "connection refused") }
        #expect(MonotonicTime.now() >= deadline)
    }

    @Test func `a deadline ends a probe that is in the middle of an attempt`() throws {
        let server = try CannedServer(answers: [nil])
        defer { server.stop() }
        let prober = try makeProber()
        defer { prober.stop() }
        let target = ProbeTarget.http([server.address], host: "h", path: "/", statuses: 200...200)
        prober.start(id: 1, target: target, deadline: MonotonicTime.now() + .milliseconds(50))
        #expect(try events.wait { _ in true } == .expired(id: 1, "no answer"))
    }

    @Test func `a probe that is cancelled reports nothing more`() throws {
        let prober = try makeProber()
        defer { prober.stop() }
        let address = try freeAddress()
        prober.start(id: 1, target: .tcp([address]), deadline: MonotonicTime.now() + .milliseconds(200))
        try events.wait { $0 == .failedAttempt(id: 1, "connection refused") }
        prober.cancel(id: 1)
        let listener = try TCPSocket.listen(on: address)
        // A second probe of the same port sees the listener; the first one does not speak again.
        prober.start(id: 2, target: .tcp([address]), deadline: nil)
        try events.wait { $0 == .succeeded(id: 2) }
        prober.start(id: 3, target: .tcp([try freeAddress()]), deadline: MonotonicTime.now() + .milliseconds(250))
        try events.wait { if case .expired(id: 3, _) = $0 { true } else { false } }
        #expect(!events.all.contains(.succeeded(id: 1)))
        #expect(!events.all.contains { if case .expired(id: 1, _) = $0 { true } else { false } })
        listener.close()
    }

    @Test func `starting an id again replaces the probe`() throws {
        let prober = try makeProber()
        defer { prober.stop() }
        let listener = try TCPSocket.listen(on: .loopback(port: 0))
        prober.start(id: 1, target: .tcp([try freeAddress()]), deadline: MonotonicTime.now() + .seconds(30))
        prober.start(id: 1, target: .tcp([try SocketAddress.local(of: listener)]), deadline: nil)
        try events.wait { $0 == .succeeded(id: 1) }
    }

    @Test func `a bad path of a Unix socket is a reason, not a crash`() throws {
        let prober = try makeProber()
        defer { prober.stop() }
        let path = "/" + String(repeating: "x", count: 200)
        prober.start(id: 1, target: .unix(path), deadline: MonotonicTime.now() + .milliseconds(20))
        let event = try events.wait { if case .expired(id: 1, _) = $0 { true } else { false } }
        #expect("\(event)".contains("at most"))
    }

    @Test func `a hundred probes at once all succeed, each once`() throws {
        let prober = try makeProber()
        defer { prober.stop() }
        let listener = try TCPSocket.listen(on: .loopback(port: 0))
        let address = try SocketAddress.local(of: listener)
        let deadline = MonotonicTime.now() + .seconds(30)
        for id in UInt64(0)..<100 { prober.start(id: id, target: .tcp([address]), deadline: deadline) }
        try events.waitForCount(100) { if case .succeeded = $0 { true } else { false } }
        #expect(Set(events.all) == Set((UInt64(0)..<100).map { .succeeded(id: $0) }))
        #expect(events.all.count == 100)
    }

    @Test func `the holder of a port is named`() throws {
        let prober = try makeProber()
        defer { prober.stop() }
        let listener = try TCPSocket.listen(on: .loopback(port: 0))
        let held = try SocketAddress.local(of: listener).port
        let answers = EventRecord<PortHolder?>()
        prober.findHolder(port: held) { answers.append($0) }
        #expect(try answers.wait { _ in true }?.pid == getpid())
    }
}
