import HobSystem
import Testing

/// The proxy that breaks connections for the client's tests breaks them where and how it says.
@Suite(.ownThread) struct FaultProxyTests {
    private let echo: EchoServer

    init() throws {
        echo = try EchoServer()
    }

    private func proxied(_ script: FaultScript = FaultScript(), body: (FaultProxy, PlainClient) throws -> Void) throws {
        let proxy = try FaultProxy(to: echo.address, script: script)
        defer {
            proxy.end()
            echo.end()
        }
        try body(proxy, PlainClient(to: proxy.address))
    }

    private func bytes(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) } }

    @Test func `without a script everything passes both ways, and so does the end`() throws {
        try proxied { proxy, client in
            let sent = bytes(3_000_000)
            let sender = Monitor(false)
            nonisolated(unsafe) let sending = client
            try Thread.start(name: "sender") {
                sending.send(sent)
                sending.endSending()
                sender.withLock { $0 = true }
                sender.broadcast()
            }
            let (got, ending, _) = client.read()
            _ = sender.wait { $0 ? true : nil }
            #expect(got == sent)
            #expect(ending == .end)
            #expect(proxy.waitForEnd())
            #expect(proxy.connections.first?.bytesToServer == sent.count)
            #expect(proxy.connections.first?.bytesToClient == sent.count)
        }
    }

    @Test(arguments: [0, 1, 2, 17, 999, 70_000])
    func `a reset comes behind exactly so many bytes`(offset: Int) throws {
        try proxied(.after(offset, .toClient, .reset)) { proxy, client in
            client.send(bytes(100_000))
            let (got, ending, _) = client.read()
            #expect(got == Array(bytes(100_000)[..<offset]))
            #expect(ending == .reset)
            #expect(proxy.connections[0].bytesToClient == offset)
            #expect(proxy.connections[0].faults == [.reset])
        }
    }

    @Test(arguments: [0, 1, 500]) func `an end comes behind exactly so many bytes`(offset: Int) throws {
        try proxied(.after(offset, .toClient, .close)) { proxy, client in
            client.send(bytes(1_000))
            let (got, ending, _) = client.read()
            #expect(got == Array(bytes(1_000)[..<offset]))
            #expect(ending == .end)
        }
    }

    @Test func `the server gets exactly so many bytes before a cut, too`() throws {
        try proxied(.after(10, .toServer, .close)) { proxy, client in
            client.send(bytes(1_000))
            // The server echoes what it got, but the client has been told the end already.
            #expect(client.read().ending == .end)
            #expect(proxy.connections[0].bytesToServer == 10)
        }
    }

    @Test func `a half-closed connection goes on in the other direction`() throws {
        try proxied(.after(10, .toServer, .halfClose)) { proxy, client in
            client.send(bytes(1_000))
            let (got, ending, _) = client.read()
            #expect(got == bytes(10))
            #expect(ending == .end)
        }
    }

    @Test func `a stalled direction stands still until it may pass, and its sender is held up`() throws {
        try proxied(.after(5, .toServer, .stall)) { proxy, client in
            client.send(bytes(20))
            #expect(client.read(5).bytes == bytes(5))
            #expect(client.read(1, patience: .milliseconds(100)).ending == .silence)
            let accepted = client.sendUntilFull(patience: .milliseconds(200))
            #expect(accepted > 0)
            #expect(proxy.connections[0].bytesToServer == 5)
            proxy.inflict(.pass, .toServer)
            let (rest, ending, _) = client.read(15 + accepted)
            #expect(ending == .enough)
            #expect(Array(rest[..<15]) == Array(bytes(20)[5...]))
        }
    }

    @Test func `a black hole swallows bytes and ends, and keeps both connections open`() throws {
        try proxied { proxy, client in
            client.send(bytes(8))
            #expect(client.read(8).ending == .enough)
            proxy.inflict(.blackHole)
            #expect(proxy.wait { $0[0].faults == [.blackHole] }.isEnough)
            #expect(client.send(bytes(1_000_000)))
            #expect(client.read(1, patience: .milliseconds(100)).ending == .silence)
            client.endSending()
            #expect(client.read(1, patience: .milliseconds(100)).ending == .silence)
            #expect(proxy.connections[0].isOver == false)
            #expect(proxy.connections[0].bytesToServer == 8)
        }
    }

    @Test func `a client that vanishes into a black hole is not missed by the server`() throws {
        try proxied(.after(0, .toServer, .blackHole)) { proxy, client in
            client.send(bytes(8))
            client.close()
            let second = try PlainClient(to: proxy.address)
            second.send(bytes(8))
            #expect(second.read(8).ending == .enough)
            #expect(proxy.connections[0].isOver == false)
        }
    }

    @Test func `a delay is kept, and bytes stay in order`() throws {
        try proxied(.after(4, .toClient, .delay(.milliseconds(300)))) { proxy, client in
            let begun = MonotonicTime.now()
            client.send(bytes(4))
            #expect(client.read(4).bytes == bytes(4))
            client.send(bytes(64))
            client.endSending()
            let (got, ending, _) = client.read()
            #expect(got == bytes(64))
            #expect(ending == .end)
            #expect(MonotonicTime.now() - begun >= .milliseconds(300))
        }
    }

    @Test func `a trickle comes byte by byte`() throws {
        try proxied(.after(0, .toClient, .trickle(every: .milliseconds(2)))) { proxy, client in
            client.send(bytes(60))
            let (got, _, reads) = client.read(60)
            #expect(got == bytes(60))
            // On a busy machine some lie together when they are read.
            #expect(reads > 5)
        }
    }

    @Test func `scripts are used up one by one, and then others pass`() throws {
        try proxied(.after(3, .toClient, .reset)) { proxy, client in
            proxy.script(.after(1, .toClient, .close))
            proxy.script(FaultScript([.after(2, .toClient, .stall), .after(9, .toServer, .reset)]))
            client.send(bytes(9))
            #expect(client.read().bytes.count == 3)
            let second = try PlainClient(to: proxy.address)
            second.send(bytes(9))
            #expect(second.read().bytes.count == 1)
            let third = try PlainClient(to: proxy.address)
            third.send(bytes(4))
            #expect(third.read(2).ending == .enough)
            #expect(third.read(1, patience: .milliseconds(50)).ending == .silence)
            third.send(bytes(5))
            #expect(third.read().ending == .reset)
            let fourth = try PlainClient(to: proxy.address)
            fourth.send(bytes(9))
            #expect(fourth.read(9).ending == .enough)
            // The bytes may be here before the count.
            #expect(proxy.waitForBytes(9, .toClient, of: 3))
            #expect(proxy.connections.map(\.bytesToClient) == [3, 1, 2, 9])
            #expect(proxy.connections[2].faults == [.stall, .reset])
        }
    }

    @Test func `a reset by one end reaches the other, and a missing server is a reset`() throws {
        try proxied { proxy, client in
            client.send(bytes(4))
            #expect(client.read(4).ending == .enough)
            proxy.refuse(true)
            let refused = try? PlainClient(to: proxy.address)
            #expect(refused?.read().ending ?? .reset == .reset)
            proxy.refuse(false)
            // Nobody listens on a port that was free a moment ago.
            let free = try SocketAddress.local(of: TCPSocket.listen(on: .loopback(port: 0)))
            proxy.redirect(to: free)
            let orphan = try? PlainClient(to: proxy.address)
            #expect(orphan?.read().ending ?? .reset == .reset)
            client.send(bytes(4))
            #expect(client.read(4).ending == .enough)
        }
    }

    @Test func `the end of the proxy resets what is left and frees the port`() throws {
        try proxied { proxy, client in
            client.send(bytes(4))
            #expect(client.read(4).ending == .enough)
            proxy.end()
            #expect(client.read().ending == .reset)
            let isFree = try TCPSocket.isPortFree(proxy.address)
            #expect(isFree)
        }
    }
}
