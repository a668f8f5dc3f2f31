import Glibc
import HobSystem

/// A connected socket that carries frames both ways; it belongs to one event loop's thread.
final class FrameLink {
    /// Why it is over.
    enum End {
        /// The other side has closed it, or is gone.
        case closed
        /// The other side has broken the rules, or the machine has.
        case broken(String)
    }

    private static let chunk = 256 * 1024

    /// Called for every frame, in order.
    var received: (Frame) -> Void = { _ in }
    /// Called once, when it is over.
    var ended: (End) -> Void = { _ in }
    /// Called when all that was sent is on its way.
    var drained: () -> Void = {}

    private let socket: Descriptor
    private let loop: EventLoop
    private var reader: FrameReader
    private var watch: Watch?
    private var queue = Deque<[UInt8]>()
    private var current: [UInt8] = []
    private var written = 0
    private(set) var queuedBytes = 0
    private var isReading = true
    private var isWatchingWrites = false

    init(_ socket: Descriptor, limit: Int, on loop: EventLoop) throws(SystemError) {
        self.socket = socket
        self.loop = loop
        reader = FrameReader(limit: limit)
        try socket.setNonBlocking(true)
        watch = try loop.watch(socket.raw, events: .read) { [weak self] events in self?.happened(events) }
    }

    /// Queues a frame.
    func send(_ frame: Frame) {
        guard watch != nil else { return }
        let bytes = frame.bytes
        queue.append(bytes)
        queuedBytes += bytes.count
        if !isWatchingWrites { write() }
    }

    /// Stops or goes on reading: what is not read keeps the other side waiting.
    func setReading(_ on: Bool) {
        guard isReading != on else { return }
        isReading = on
        update()
        if on { deliver() }
    }

    /// Takes in what is there already, without waiting for the loop; to be called when the other side is gone.
    func pump() {
        while watch != nil, socket.waitReadable(until: MonotonicTime(nanoseconds: 0)) { read() }
    }

    /// Ends it without a report.
    func close() {
        if let watch { loop.cancel(watch) }
        watch = nil
        socket.close()
        received = { _ in }
        ended = { _ in }
        drained = {}
    }

    private func happened(_ events: IOEvents) {
        if isWatchingWrites, !events.isDisjoint(with: [.write, .error, .hangUp]) { write() }
        guard watch != nil else { return }
        if isReading {
            if !events.isDisjoint(with: [.read, .error, .hangUp, .readHangUp]) { read() }
        } else if !events.isDisjoint(with: [.error, .hangUp]) {
            // Nobody reads, but the other side is gone for good: what it had sent is still there.
            isReading = true
            read()
        }
    }

    private func read() {
        var isOver = false
        var failure: String?
        withUnsafeTemporaryAllocation(byteCount: Self.chunk, alignment: 16) { space in
            do throws(SystemError) {
                guard let count = try socket.read(into: space) else { return }
                if count == 0 { isOver = true } else { reader.append(space[..<count]) }
            } catch {
                isOver = true
                if error.code != ECONNRESET { failure = error.message }
            }
        }
        deliver()
        guard isOver, watch != nil else { return }
        end(failure.map { .broken($0) } ?? .closed)
    }

    private func deliver() {
        while isReading, watch != nil {
            do throws(FrameReader.Oversized) {
                guard let frame = try reader.next() else { return }
                received(frame)
            } catch {
                return end(
                    .broken(
                        "a message of \(error.announced) bytes came, and at most \(error.limit) are allowed: raise the limit on both sides"
                    ))
            }
        }
    }

    private func write() {
        while watch != nil {
            if written == current.count {
                guard let next = queue.popFirst() else { break }
                current = next
                written = 0
            }
            do {
                let count = try current.withUnsafeBytes { buffer in
                    try socket.write(UnsafeRawBufferPointer(rebasing: buffer[written...]))
                }
                guard let count else { return setWatchingWrites(true) }
                written += count
                queuedBytes -= count
            } catch {
                // What the other side has sent before it closed is still to be read; the end is reported by that.
                queue = Deque()
                current = []
                written = 0
                queuedBytes = 0
                setWatchingWrites(false)
                drained()
                return
            }
        }
        current = []
        written = 0
        setWatchingWrites(false)
        drained()
    }

    private func setWatchingWrites(_ on: Bool) {
        guard isWatchingWrites != on else { return }
        isWatchingWrites = on
        update()
    }

    private func update() {
        guard let watch else { return }
        var events: IOEvents = isReading ? .read : []
        if isWatchingWrites { events.insert(.write) }
        do throws(SystemError) { try loop.modify(watch, events: events) } catch { end(.broken(error.message)) }
    }

    private func end(_ end: End) {
        guard let watch else { return }
        loop.cancel(watch)
        self.watch = nil
        socket.close()
        let report = ended
        received = { _ in }
        ended = { _ in }
        drained = {}
        report(end)
    }
}
