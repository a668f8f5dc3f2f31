import Glibc
import HobSystem

/// The two sockets of one connection through a ``FaultProxy``, on the proxy's thread.
final class FaultPair {
    /// One socket, and what is watched for on it.
    private struct Side {
        var socket: Descriptor
        var watch: Watch?
        var events: IOEvents = []
        /// Whether a reset came from it, or one was sent to it.
        var isGone = false
    }

    private let loop: EventLoop
    private let report: (ProxiedConnection) -> Void
    private var facts: ProxiedConnection
    /// The sender's side of each direction: the client is 0, the server 1.
    private var sides: [Side]
    private var flows: [FaultFlow]
    private var isConnected = false
    private let isRecorded: Bool
    private var timer: TimerToken?
    private var buffer = [UInt8](repeating: 0, count: 64 * 1024)

    /// Takes over an accepted client and begins to connect to the server.
    init(
        _ number: Int, client: Descriptor, server: Descriptor, script: FaultScript, on loop: EventLoop,
        report: @escaping (ProxiedConnection) -> Void
    ) throws {
        self.loop = loop
        self.report = report
        facts = ProxiedConnection(number: number)
        isRecorded = script.isRecorded
        sides = [Side(socket: client), Side(socket: server)]
        flows = [FaultFlow(steps: script.steps(.toServer)), FaultFlow(steps: script.steps(.toClient))]
        for side in sides { Self.setOption(side.socket, Int32(IPPROTO_TCP), TCP_NODELAY, Int32(1)) }
        try watch(0, [])
        try watch(1, .write)
    }

    /// Lets a fault happen now.
    func inflict(_ fault: FaultScript.Fault, _ direction: FaultScript.Direction) {
        guard !facts.isOver else { return }
        perform(fault, direction.rawValue)
        pump()
    }

    /// Ends it with a reset to both.
    func end() {
        guard !facts.isOver else { return }
        reset()
    }

    // MARK: What happens

    private func turn(_ side: Int, _ events: IOEvents) {
        guard !facts.isOver else { return }
        if side == 1, !isConnected {
            // Nobody listens there: the client is told so by a reset, as by the server's own kernel.
            guard Self.error(of: sides[1].socket) == 0, events.isDisjoint(with: [.error, .hangUp]) else {
                return reset()
            }
            isConnected = true
        } else if !events.isDisjoint(with: [.error, .hangUp]) {
            if events.contains(.error) { return lose(side) }
            // A hang-up without an error is an end both of whose halves are told. It would be reported for ever, so
            // nobody looks while nothing is to be read; rearm() looks again.
            if !flows[side].wantsInput { unwatch(side) }
        }
        if events.contains(.read), flows[side].wantsInput { receive(side) }
        pump()
    }

    private func receive(_ side: Int) {
        let now = MonotonicTime.now()
        do {
            guard let count = try buffer.withUnsafeMutableBytes({ try sides[side].socket.read(into: $0) }) else {
                return
            }
            if count == 0 { flows[side].end(at: now) } else { flows[side].take(buffer[..<count], at: now) }
        } catch {
            lose(side)
        }
    }

    /// A side has gone with a reset; the other one is told, unless there is a black hole between them.
    private func lose(_ side: Int) {
        sides[side].isGone = true
        unwatch(side)
        sides[side].socket.close()
        if flows[side].isSwallowing {
            if sides[1 - side].isGone { finish() }
        } else {
            reset()
        }
    }

    /// Writes what may be written, lets happen what is due, and looks where to wait.
    private func pump() {
        guard isConnected else { return }
        for flow in flows.indices where !facts.isOver { move(flow) }
        guard !facts.isOver else { return }
        if flows[0].isFinished && flows[1].isFinished && flows[0].isEnded && flows[1].isEnded { return finish() }
        report(facts)
        rearm()
    }

    private func move(_ flow: Int) {
        while !facts.isOver {
            if let fault = flows[flow].nextFault() {
                perform(fault, flow)
                continue
            }
            let now = MonotonicTime.now()
            let bytes = flows[flow].output(at: now)
            if bytes.isEmpty {
                if flows[flow].mayFinish(at: now) { tellEnd(flow) }
                return
            }
            let count = send(bytes, to: 1 - flow)
            guard count > 0 else { return }
            if isRecorded { facts.record[flow] += bytes.prefix(count) }
            flows[flow].wrote(count, at: now)
            if flow == 0 { facts.bytesToServer += count } else { facts.bytesToClient += count }
            // One packet a turn: the receiver gets a chance to see it alone.
            if flows[flow].pause == .zero { return }
        }
    }

    private func perform(_ fault: FaultScript.Fault, _ flow: Int) {
        facts.faults.append(fault)
        // Before anybody can see it on a socket.
        report(facts)
        switch fault {
        case .reset: reset()
        case .close:
            for flow in flows.indices where !flows[flow].isFinished { tellEnd(flow) }
        case .halfClose: tellEnd(flow)
        case .stall: flows[flow].isStalled = true
        case .blackHole:
            for flow in flows.indices {
                flows[flow].drop()
                flows[flow].isSwallowing = true
            }
        case .delay(let time): flows[flow].delay = time
        case .trickle(let pause): flows[flow].pause = pause
        case .pass:
            flows[flow].isStalled = false
            flows[flow].delay = .zero
            flows[flow].pause = nil
            for flow in flows.indices { flows[flow].isSwallowing = false }
        }
    }

    /// The receiver of this flow sees an end; its sender goes on into nothing.
    private func tellEnd(_ flow: Int) {
        flows[flow].isFinished = true
        flows[flow].drop()
        _ = shutdown(sides[1 - flow].socket.raw, Int32(SHUT_WR))
    }

    private func reset() {
        for side in sides where !side.isGone {
            Self.waitUntilSent(side.socket)
            Self.setOption(side.socket, SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0))
        }
        finish()
    }

    private func finish() {
        facts.isOver = true
        if let timer { loop.cancel(timer) }
        for side in sides.indices {
            unwatch(side)
            sides[side].socket.close()
        }
        report(facts)
    }

    // MARK: Sockets

    private func watch(_ side: Int, _ events: IOEvents) throws(SystemError) {
        if let watch = sides[side].watch {
            try loop.modify(watch, events: events)
        } else {
            sides[side].watch = try loop.watch(sides[side].socket.raw, events: events) { [weak self] in
                self?.turn(side, $0)
            }
        }
        sides[side].events = events
    }

    private func unwatch(_ side: Int) {
        if let watch = sides[side].watch { loop.cancel(watch) }
        sides[side].watch = nil
        sides[side].events = []
    }

    private func send(_ bytes: ArraySlice<UInt8>, to side: Int) -> Int {
        guard !sides[side].isGone else { return bytes.count }
        // An error shows on the socket itself, where it is dealt with.
        return bytes.withUnsafeBytes {
            Glibc.send(sides[side].socket.raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
    }

    private func rearm() {
        let now = MonotonicTime.now()
        for side in sides.indices where !sides[side].isGone {
            var events: IOEvents = []
            if flows[side].wantsInput { events.insert(.read) }
            if !flows[1 - side].output(at: now).isEmpty { events.insert(.write) }
            guard events != sides[side].events else { continue }
            do { try watch(side, events) } catch { return reset() }
        }
        if let timer { loop.cancel(timer) }
        timer = flows.compactMap { $0.wakeUp(after: now) }.min().map { due in
            loop.schedule(at: due) { [weak self] in
                self?.timer = nil
                self?.pump()
            }
        }
    }

    private static func error(of socket: Descriptor) -> Int32 {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(socket.raw, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
    }

    private static func setOption<Value: BitwiseCopyable>(
        _ socket: Descriptor, _ level: Int32, _ name: Int32, _ value: Value
    ) {
        var value = value
        _ = setsockopt(socket.raw, level, name, &value, socklen_t(MemoryLayout<Value>.size))
    }

    /// A reset takes away what its receiver has not got yet, and that would shift its place.
    private static func waitUntilSent(_ socket: Descriptor) {
        let deadline = MonotonicTime.now() + .seconds(1)
        var left: Int32 = 0
        while ioctl(socket.raw, UInt(TIOCOUTQ), &left) == 0, left > 0, MonotonicTime.now() < deadline { usleep(200) }
    }
}
