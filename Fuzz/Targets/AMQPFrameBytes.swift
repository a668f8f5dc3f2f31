import HobAMQPCore
import HobPolicy

/// What comes over the socket, through the decoder and into the machines: a broker that may say anything.
enum AMQPFrameBytes {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        var decoder = FrameDecoder(frameMax: 4_096)
        var connection = ConnectionMachine(ConnectionPlan(credentials: .plain(user: "u", password: "p")))
        var channel = ChannelMachine()
        var assembly = ContentAssembly(limit: 1 << 16)
        _ = connection.handle(.transportUp, at: .zero)
        _ = channel.handle(.open(ChannelTicket(1)))
        var offset = 0
        while offset < bytes.count {
            let rest = Array(bytes[offset...])
            guard let found = rest.withUnsafeBytes({ try? decoder.next(in: $0) }), case .frame(let frame) = found
            else { return }
            try promise(frame.length <= min(4_096, rest.count), "\(frame) in \(rest.count) bytes")
            let payload = Array(rest[frame.payload])
            offset += frame.length
            switch frame.kind {
            case .heartbeat: connection.sawTraffic(at: .zero)
            case .method:
                guard let method = AMQPMethodBytes.read(payload) else { return }
                if case .connection(let method) = method {
                    _ = connection.handle(.received(method), at: .zero)
                } else if method.hasContent {
                    guard (try? assembly.begin(method)) != nil else { return }
                } else {
                    _ = channel.handle(.received(method))
                }
            case .header:
                guard let content = payload.withUnsafeBytes({ try? assembly.header($0) }) else { continue }
                _ = channel.handle(.receivedContent(content))
            case .body:
                guard let content = payload.withUnsafeBytes({ try? assembly.body($0) }) else { continue }
                _ = channel.handle(.receivedContent(content))
            }
        }
    }
}
