import Glibc
import HobSystem

/// A connected stream of frames on the link's thread: cuts what comes into frames, and writes when there is room.
final class LinkSocket {
    /// What it reports, on the link's thread.
    struct Handlers {
        var found: (FrameDecoder.Finding) -> Void
        /// The connection is gone; nothing more is reported.
        var closed: (String) -> Void
        /// It was to be closed when all was written, and is now.
        var ended: () -> Void = {}
        /// Something waits to be written: flush when this wake-up has been worked off.
        var isDirty: () -> Void
    }

    private let descriptor: Descriptor
    private let loop: EventLoop
    private var handlers: Handlers?
    private var watch: Watch?
    private var watched: IOEvents = .read
    private var decoder: FrameDecoder
    private var output: [UInt8] = []
    private var written = 0
    private var isDirty = false
    private var isPaused = false
    private var isParsing = false
    private var closesWhenWritten = false
    /// Reads of one wake-up, so that one peer does not keep the others waiting.
    private static let mostReads = 8
    /// So much may wait to be written before nothing more is read; nil: no end.
    private let mostOutput: Int?
    private static let chunk = 64 * 1_024

    /// Takes over a connection.
    ///
    /// - Parameters:
    ///   - descriptor: The socket, connected and non-blocking.
    ///   - loop: Where it lives.
    ///   - limit: How many bytes a frame may have.
    ///   - mostOutput: A peer that does not read its answers is not read either, beyond this. Of the two sides only one
    ///     may have such a limit, or each would wait for the other.
    init(_ descriptor: Descriptor, on loop: EventLoop, limit: Int, mostOutput: Int?) {
        self.descriptor = descriptor
        self.loop = loop
        self.mostOutput = mostOutput
        decoder = FrameDecoder(limit: limit)
    }

    /// Begins to read.
    func start(_ handlers: Handlers) {
        self.handlers = handlers
        do throws(SystemError) {
            watch = try loop.watch(descriptor.raw, events: .read) { [weak self] events in self?.handle(events) }
        } catch {
            fail(error.message)
        }
    }

    /// How long frames may be from now on.
    var limit: Int {
        get { decoder.limit }
        set { decoder.limit = newValue }
    }

    /// Whether nothing is left of it.
    var isClosed: Bool { descriptor.isClosed }

    // MARK: Reading

    /// Reports nothing and reads nothing until ``resume()``.
    func pause() {
        isPaused = true
        updateWatch()
    }

    func resume() {
        guard isPaused else { return }
        isPaused = false
        parse()
        updateWatch()
    }

    private func handle(_ events: IOEvents) {
        if events.contains(.write) { flush() }
        guard !isClosed else { return }
        if isPaused || closesWhenWritten {
            // The other side is gone in both directions: nobody waits for what runs. It would be reported for ever.
            if !events.isDisjoint(with: [.hangUp, .error]) { fail("it closed the connection") }
            return
        }
        if !events.isDisjoint(with: [.read, .hangUp, .error, .readHangUp]) { read() }
    }

    private func read() {
        for _ in 0..<Self.mostReads {
            let outcome = withUnsafeTemporaryAllocation(byteCount: Self.chunk, alignment: 16) { buffer -> Reading in
                do throws(SystemError) {
                    guard let count = try descriptor.read(into: buffer) else { return .nothing }
                    guard count > 0 else { return .end }
                    decoder.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                    return .bytes(isFull: count == buffer.count)
                } catch {
                    return .failed(error.code == ECONNRESET ? "it closed the connection" : error.message)
                }
            }
            switch outcome {
            case .nothing: return
            case .end: return fail("it closed the connection")
            case .failed(let reason): return fail(reason)
            case .bytes(let isFull):
                parse()
                if !isFull || isPaused || isClosed { return }
            }
        }
    }

    private enum Reading {
        case nothing
        case end
        case failed(String)
        case bytes(isFull: Bool)
    }

    private func parse() {
        // A finding may lead to another pause and resume while it is handled: the loop above goes on then.
        guard !isParsing else { return }
        isParsing = true
        defer { isParsing = false }
        while !isPaused, !isClosed, !closesWhenWritten, let finding = decoder.next() { handlers?.found(finding) }
    }

    // MARK: Writing

    /// Appends a frame to what is to be written.
    func send(_ frame: Frame) {
        guard !isClosed else { return }
        FrameWriter.append(frame, to: &output)
        guard !isDirty else { return }
        isDirty = true
        handlers?.isDirty()
    }

    /// Writes what there is room for.
    func flush() {
        isDirty = false
        while written < output.count, !isClosed {
            let result = output.withUnsafeBytes { bytes -> Result<Int?, SystemError> in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
                do throws(SystemError) { return .success(try descriptor.write(rest)) } catch { return .failure(error) }
            }
            switch result {
            case .success(let count?): written += count
            case .success(nil):
                // Under a load that never lets it run empty, what is written must not stay.
                if written > Self.chunk, written > output.count / 2 {
                    output.removeFirst(written)
                    written = 0
                }
                return updateWatch()
            case .failure(let error):
                let isEnd = error.code == EPIPE || error.code == ECONNRESET
                return fail(isEnd ? "it closed the connection" : error.message)
            }
        }
        output.removeAll(keepingCapacity: output.capacity <= Self.chunk)
        written = 0
        if closesWhenWritten { finish() } else { updateWatch() }
    }

    private func updateWatch() {
        guard let watch, !isClosed else { return }
        let pending = output.count - written
        var wanted: IOEvents = []
        if !isPaused, !closesWhenWritten, mostOutput.map({ pending < $0 }) ?? true { wanted.insert(.read) }
        if pending > 0, !isDirty { wanted.insert(.write) }
        guard wanted != watched else { return }
        watched = wanted
        do throws(SystemError) { try loop.modify(watch, events: wanted) } catch { fail(error.message) }
    }

    // MARK: The end

    /// Closes it when all is written.
    func closeWhenWritten() {
        closesWhenWritten = true
        if output.isEmpty { finish() } else { updateWatch() }
    }

    private func finish() {
        let ended = handlers?.ended
        close()
        ended?()
    }

    /// Closes it now, without a report.
    func close() {
        if let watch { loop.cancel(watch) }
        watch = nil
        handlers = nil
        descriptor.close()
    }

    private func fail(_ reason: String) {
        guard !closesWhenWritten else { return finish() }
        let closed = handlers?.closed
        close()
        closed?(reason)
    }
}
