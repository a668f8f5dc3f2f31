import CHobSystem
import Glibc
import HobSupervisorCore
import HobSystem

/// The thread that empties the FIFOs of all instances into the staging area; it never touches a disk.
///
/// When an instance's log file is behind, its FIFO is left alone until the writer has caught up: the bytes stay in
/// the pipe, and only that instance waits.
///
/// @unchecked Sendable: everything but `mailbox` is touched by the reader's thread alone once it runs.
final class LogReader: @unchecked Sendable {
    /// How much is read of one instance before the others get their turn.
    static let mostPerTurn = 256 * 1024

    private let mailbox: Mailbox
    let loop: EventLoop
    let staging: StagingArea
    let writer: LogWriter
    let report: @Sendable (LogEvent) -> Void
    private var streams: [Int: LogStream] = [:]
    /// Streams that are still drained after their removal, too.
    private var liveCount = 0
    var parked: [LogStream] = []
    /// Those of which something was dropped that their logs do not tell yet.
    var dropping: [LogStream] = []
    /// Those whose disks do not answer.
    var hung: [LogStream] = []
    /// Looks after parked streams, while there are any.
    var overdueTimer: TimerToken?
    /// Where bytes go that nobody will read.
    lazy var waste: UnsafeMutableRawBufferPointer = {
        hasWaste = true
        return .allocate(byteCount: StagingArea.bufferSize, alignment: 16)
    }()
    private var hasWaste = false
    private var isEnding = false
    private let ended = Monitor(false)

    init(
        loop: EventLoop, staging: StagingArea, writer: LogWriter, report: @escaping @Sendable (LogEvent) -> Void
    ) {
        self.loop = loop
        mailbox = loop.mailbox
        self.staging = staging
        self.writer = writer
        self.report = report
    }

    deinit {
        if hasWaste { waste.deallocate() }
    }

    // MARK: From other threads

    /// Starts the thread.
    func start() throws(SystemError) {
        try Thread.start(name: "log-reader", stack: 256 * 1024) { self.run() }
    }

    /// Runs the body on the reader's thread.
    func post(_ body: @escaping @Sendable (LogReader) -> Void) {
        mailbox.post { [self] in body(self) }
    }

    /// Reads what is there now and ends; false when the deadline passed first.
    func stop(until deadline: MonotonicTime) -> Bool {
        post { $0.beginEnding() }
        if ended.wait(until: deadline, for: { $0 ? true : nil }) != nil { return true }
        post { $0.loop.stop() }
        // What it does not read now stays in the FIFOs.
        return ended.wait(until: MonotonicTime.now() + .seconds(1), for: { $0 ? true : nil }) ?? false
    }

    // MARK: On the reader's thread

    func add(_ stream: LogStream) {
        remove(slot: stream.slot)
        liveCount += 1
        streams[stream.slot] = stream
        watch(stream)
    }

    func update(slot: Int, _ definition: LogDefinition) {
        guard let stream = streams[slot] else { return }
        stream.isStamped = definition.timestamps == .rfc3339
        stream.mayDrop = definition.full == .drop
        writer.enqueue(.open(slot: slot, definition), for: stream.channel)
    }

    func remove(slot: Int) {
        guard let stream = streams.removeValue(forKey: slot) else { return }
        drain(stream, for: .close)
    }

    func drain(slot: Int, token: UInt64, endsLine: Bool) {
        guard let stream = streams[slot] else {
            // Nothing of it is on its way.
            report(.drained(slot: slot, token: token))
            return
        }
        drain(stream, for: .report(token: token, endsLine: endsLine))
    }

    func watch(_ matcher: LineMatcher) {
        guard let stream = streams[matcher.slot] else { return }
        writer.enqueue(.watch(matcher), for: stream.channel)
    }

    func unwatch(slot: Int) {
        guard let stream = streams[slot] else { return }
        writer.enqueue(.unwatch, for: stream.channel)
    }

    /// Goes on with those that had to wait.
    func resume() {
        for stream in hung { noteProgress(of: stream) }
        let ready = dropping
        dropping = []
        for stream in ready { tellDropped(stream) }
        let waiting = parked
        parked = []
        var isExhausted = false
        for stream in waiting {
            if isExhausted {
                parked.append(stream)
            } else {
                isExhausted = !read(stream)
            }
        }
    }

    private func run() {
        do throws(SystemError) {
            try loop.run()
        } catch {
            report(.trouble(slot: nil, error))
        }
        for stream in streams.values { if let watch = stream.watch { loop.cancel(watch) } }
        streams.removeAll()
        ended.withLock { $0 = true }
        ended.broadcast()
    }

    private func beginEnding() {
        isEnding = true
        for slot in Array(streams.keys) { remove(slot: slot) }
        if liveCount == 0 { loop.stop() }
    }

    // MARK: Reading

    /// Reads what is there, within the bounds of a turn; false when there was no buffer for anybody.
    @discardableResult
    func read(_ stream: LogStream) -> Bool {
        var budget = Self.mostPerTurn
        var isBehind = false
        defer { if !isBehind { unpark(stream) } }
        // A closed one leaves what comes later to its successor.
        while budget > 0 && !stream.isClosed {
            let available = invoke(.ioctl) { hob_available(stream.fifo.raw) }
            if available <= 0 {
                if available < 0 { giveUp(stream, -available) } else { finishDrains(of: stream) }
                return true
            }
            if stream.dropped.bytes > 0 { tellDropped(stream) }
            switch staging.acquire(for: stream.channel) {
            case .batch(let batch):
                let count = fill(batch, from: stream, wanted: min(Int(available), StagingArea.bufferSize))
                guard count > 0 else { return true }
                budget -= count
            case .channelIsBehind where mayDrop(stream), .exhausted where mayDrop(stream):
                let count = drop(from: stream)
                guard count > 0 else { return true }
                budget -= count
            case .channelIsBehind:
                isBehind = true
                park(stream)
                return true
            case .exhausted:
                isBehind = true
                park(stream)
                return false
            }
        }
        return true
    }

    /// One read into a staged batch, in the order that lets the next life tell how far it came.
    private func fill(_ batch: StagedBatch, from stream: LogStream, wanted: Int) -> Int {
        batch.sequence = staging.nextSequence
        staging.nextSequence += 1
        batch.clock = hob_wall_clock_now() / 1_000_000
        batch.isStamped = stream.isStamped
        var name = stream.channel.name
        name.withUTF8 { batch.setName(UnsafeRawBufferPointer($0)) }
        batch.poison()
        batch.progress = .init(.reading, count: wanted)
        stream.output.setWithinLine(true)
        let count = invoke(.read) { Glibc.read(stream.fifo.raw, batch.bytes(wanted).baseAddress, wanted) }
        guard count > 0 else {
            // The service itself has read its log in between.
            if count != -Int(EAGAIN) && count != 0 { giveUp(stream, Int32(-count)) }
            _ = staging.release(batch, of: stream.channel)
            return 0
        }
        batch.progress = .init(.filled, count: count)
        stream.output.setWithinLine(batch.bytes(count).last != UInt8(ascii: "\n"))
        writer.enqueue(.batch(batch), for: stream.channel)
        passed(count, of: stream)
        return count
    }

    /// So many bytes are on their way, or gone: drains may be due.
    func passed(_ count: Int, of stream: LogStream) {
        for index in stream.drains.indices { stream.drains[index].remaining -= count }
        while let drain = stream.drains.first, drain.remaining <= 0 {
            stream.drains.removeFirst()
            finish(drain, of: stream)
        }
    }

    private func park(_ stream: LogStream) {
        parked.append(stream)
        guard !stream.isParked else { return }
        stream.isParked = true
        stream.releasedWhenParked = staging.progress(of: stream.channel).released
        if overdueTimer == nil {
            overdueTimer = loop.schedule(after: Self.patience) { [unowned self] in lookAfterParked() }
        }
        watchFor([], stream)
    }

    private func unpark(_ stream: LogStream) {
        guard stream.isParked else { return }
        stream.isParked = false
        watchFor(.read, stream)
    }

    func watchFor(_ events: IOEvents, _ stream: LogStream) {
        guard let watch = stream.watch else { return }
        // Leaving a FIFO alone that goes on announcing itself would be a loop without a pause.
        do throws(SystemError) { try loop.modify(watch, events: events) } catch { retryLater(stream, error) }
    }

    /// A FIFO that cannot be read at the moment must not wake the thread for ever.
    private func giveUp(_ stream: LogStream, _ code: Int32) {
        finishDrains(of: stream)
        retryLater(stream, .transfer("read the log FIFO", stream.fifo.raw, code))
    }

    // MARK: Draining

    private func drain(_ stream: LogStream, for purpose: LogStream.Drain.Purpose) {
        let available = invoke(.ioctl) { hob_available(stream.fifo.raw) }
        let drain = LogStream.Drain(purpose: purpose, remaining: max(0, Int(available)))
        guard stream.watch != nil, drain.remaining > 0 || !stream.drains.isEmpty else {
            finish(drain, of: stream)
            return
        }
        stream.drains.append(drain)
        // A parked one is in the queue already; the others need not wait for their event.
        if !stream.isParked { read(stream) }
    }

    /// Nothing is left to read: whatever was asked for is due.
    private func finishDrains(of stream: LogStream) {
        let due = stream.drains
        stream.drains = []
        for drain in due { finish(drain, of: stream) }
    }

    private func finish(_ drain: LogStream.Drain, of stream: LogStream) {
        switch drain.purpose {
        case .report(let token, let endsLine):
            if endsLine {
                writer.enqueue(.endLine, for: stream.channel)
                stream.output.setWithinLine(false)
            }
            writer.enqueue(.drained(slot: stream.slot, token: token), for: stream.channel)
        case .close:
            if let watch = stream.watch { loop.cancel(watch) }
            stream.watch = nil
            stream.isClosed = true
            writer.enqueue(.close, for: stream.channel)
            liveCount -= 1
            if isEnding && liveCount == 0 { loop.stop() }
        }
    }
}
