import Glibc
import HobAMQP
import HobSystem

/// A broker for what no real one does when it is asked to: it shakes hands, opens channels, confirms, and for the rest
/// says what it is told. One connection at a time, on a thread of its own.
final class ScriptedBroker: Sendable {
    /// What it says to a method on a channel; nil is what it says by itself.
    typealias Answer = @Sendable (Method, UInt16) -> [Method]?

    private struct Facts {
        var methods: [Method] = []
        var client: Descriptor?
    }

    /// Where it listens.
    let address: SocketAddress
    private let listener: Descriptor
    private let facts = Monitor(Facts())

    /// Starts it.
    init(_ answer: @escaping Answer = { _, _ in nil }) throws {
        let listener = try TCPSocket.listen(on: .loopback(port: 0))
        try listener.setNonBlocking(false)
        address = try SocketAddress.local(of: listener)
        self.listener = listener
        let facts = facts
        try Thread.start(name: "scripted-broker") {
            while true {
                let raw = accept(listener.raw, nil, nil)
                guard raw >= 0 else { return }
                let client = Descriptor(owning: raw)
                facts.withLock { $0.client = client }
                Self.converse(client, answer) { method in
                    facts.withLock { $0.methods.append(method) }
                    facts.broadcast()
                }
                facts.withLock { $0.client = nil }
            }
        }
    }

    /// Hangs up and listens no more.
    func end() {
        _ = shutdown(listener.raw, Int32(SHUT_RDWR))
        facts.withLock { if let client = $0.client { _ = shutdown(client.raw, Int32(SHUT_RDWR)) } }
    }

    /// What the client has said, without bodies.
    var heard: [Method] { facts.withLock { $0.methods } }

    /// Waits until the client has said this; false when it has not within half a minute.
    func hears(_ isIt: (Method) -> Bool) -> Bool {
        facts.wait(until: .now() + .seconds(30)) { $0.methods.contains(where: isIt) ? true : nil } ?? false
    }

    /// Says something unasked.
    func say(_ method: Method, on channel: UInt16) throws {
        var writer = ByteWriter()
        try writer.methodFrame(method, channel: channel, frameMax: 131_072)
        let bytes = writer.bytes
        facts.withLock { if let client = $0.client { Self.send(bytes, to: client) } }
    }

    // MARK: The thread

    private static func converse(_ client: Descriptor, _ answer: Answer, _ heard: (Method) -> Void) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        var decoder = FrameDecoder()
        var published: [UInt16: UInt64] = [:]
        var isGreeted = false
        while true {
            let count = recv(client.raw, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            bytes += buffer[..<count]
            if !isGreeted {
                guard bytes.count >= 8 else { continue }
                bytes.removeFirst(8)
                isGreeted = true
                say(
                    [.connection(.start(versionMajor: 0, versionMinor: 9, mechanisms: Array("PLAIN".utf8)))], on: 0,
                    to: client)
            }
            while true {
                let next: (Frame, Method?)? = bytes.withUnsafeBytes { all in
                    guard case .frame(let frame)? = try? decoder.next(in: all) else { return nil }
                    let payload = UnsafeRawBufferPointer(rebasing: all[frame.payload])
                    return (frame, frame.kind == .method ? try? Method(payload: payload) : nil)
                }
                guard let (frame, method) = next else { break }
                bytes.removeFirst(frame.length)
                guard let method else { continue }
                heard(method)
                if case .basic(.publish) = method { published[frame.channel, default: 0] += 1 }
                say(
                    answer(method, frame.channel) ?? usual(method, published[frame.channel] ?? 0), on: frame.channel,
                    to: client)
            }
        }
    }

    private static func usual(_ method: Method, _ published: UInt64) -> [Method] {
        switch method {
        case .connection(.startOk): [.connection(.tune(channelMax: 100, frameMax: 131_072, heartbeat: 0))]
        case .connection(.open): [.connection(.openOk())]
        case .connection(.close): [.connection(.closeOk)]
        case .channel(.open): [.channel(.openOk)]
        case .channel(.close): [.channel(.closeOk)]
        case .confirm(.select): [.confirm(.selectOk)]
        case .basic(.publish): [.basic(.ack(deliveryTag: published))]
        case .connection, .channel, .exchange, .queue, .basic, .confirm: []
        }
    }

    private static func say(_ methods: [Method], on channel: UInt16, to client: Descriptor) {
        var writer = ByteWriter()
        for method in methods { try? writer.methodFrame(method, channel: channel, frameMax: 131_072) }
        send(writer.bytes, to: client)
    }

    private static func send(_ bytes: [UInt8], to client: Descriptor) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(client.raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}
