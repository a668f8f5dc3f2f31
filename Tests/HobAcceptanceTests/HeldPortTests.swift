import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// A port that somebody else has: the commonest trouble of a first `hob up`.
@Suite(.blocking) struct HeldPortTests {
    @Test("an order for a service whose port a stranger keeps is answered soon, and the service starts once it is free")
    func strangersPort() throws {
        try Sandbox.with { box in
            let port = try LoopbackPort.free()
            let stranger = try TestChild(fixture: "tcp-server", "--port", "\(port)")
            try stranger.waitForOutput("listening on 127.0.0.1:\(port)")
            try box.write(
                """
                services:
                  web:
                    command: [\(box.fixture), tcp-server, --port, "${PORT}"]
                    port: \(port)
                    ready: { tcp: "127.0.0.1:${PORT}", timeout: 20s }
                """)
            let refusal = try box.hob("up", "-d")
            #expect(refusal.status == 1, "\(refusal)")
            #expect(refusal.err.contains("port \(port) is held by pid \(stranger.pid)"), "\(refusal)")
            #expect(refusal.elapsed < .seconds(10), "\(refusal)")
            #expect(try box.status("web").state == .backingOff)
            #expect(try LoopbackClient.ask(port, "") == "\(stranger.pid)\n", "the stranger was left alone")

            let events = try box.follow()
            try #require(try stranger.process.handle.signal(.kill))
            try events.wait("readiness") { $0.isState(.ready, of: "web") }
            #expect(try LoopbackClient.ask(port, "") == "\(box.pid("web"))\n")
        }
    }
}
