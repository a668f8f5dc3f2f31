import HobSystem

/// The bytes of one direction on their way, and what is to happen to them; pure.
///
///     read ──> [chunk, due] [chunk, due] ──> write, never past the next step ──> step.fault at exactly its offset
struct FaultFlow {
    private struct Chunk {
        var bytes: ArraySlice<UInt8>
        var due: MonotonicTime
    }

    /// More than this is not read ahead.
    private static let mostBuffered = 256 * 1024

    /// Bytes passed on.
    private(set) var delivered = 0
    /// Whether the sender has ended.
    private(set) var isEnded = false
    /// When the end is to be passed on.
    private var endDue: MonotonicTime?
    private var chunks: [Chunk] = []
    private var buffered = 0
    private var steps: [FaultScript.Step]
    private var earliest: MonotonicTime?

    /// Whether the receiver has been told the end.
    var isFinished = false
    /// Whether it stands still.
    var isStalled = false
    /// Whether what is read is thrown away.
    var isSwallowing = false
    /// How much later bytes are passed on.
    var delay = Duration.zero
    /// The pause between single bytes; nil: as many as there are.
    var pause: Duration?

    /// A flow that goes wrong like this.
    init(steps: [FaultScript.Step]) {
        self.steps = steps
    }

    /// Whether its sender is to be read from.
    var wantsInput: Bool { !isEnded && (isSwallowing || !isStalled && buffered < Self.mostBuffered) }

    /// Takes what was read.
    mutating func take(_ bytes: ArraySlice<UInt8>, at now: MonotonicTime) {
        guard !isSwallowing, !isFinished else { return }
        chunks.append(Chunk(bytes: bytes, due: now + delay))
        buffered += bytes.count
    }

    /// The sender has ended.
    mutating func end(at now: MonotonicTime) {
        isEnded = true
        endDue = now + delay
    }

    /// The fault whose place is reached.
    mutating func nextFault() -> FaultScript.Fault? {
        guard let step = steps.first, step.offset <= delivered else { return nil }
        steps.removeFirst()
        return step.fault
    }

    /// What may be written now; empty when there is nothing or nothing may.
    func output(at now: MonotonicTime) -> ArraySlice<UInt8> {
        guard !isStalled, !isSwallowing, !isFinished, let chunk = chunks.first, chunk.due <= now else { return [] }
        if pause != nil, let earliest, now < earliest { return [] }
        let limit = steps.first.map { $0.offset - delivered } ?? .max
        return chunk.bytes.prefix(min(limit, pause == nil ? .max : 1))
    }

    /// So much of ``output(at:)`` has been written.
    mutating func wrote(_ count: Int, at now: MonotonicTime) {
        delivered += count
        buffered -= count
        chunks[0].bytes.removeFirst(count)
        if chunks[0].bytes.isEmpty { chunks.removeFirst() }
        if let pause { earliest = now + pause }
    }

    /// Whether the receiver is to be told the end now.
    func mayFinish(at now: MonotonicTime) -> Bool {
        guard isEnded, !isFinished, !isStalled, !isSwallowing, chunks.isEmpty, let endDue else { return false }
        return endDue <= now
    }

    /// When there will be something to write, or an end to tell, that there is not now.
    func wakeUp(after now: MonotonicTime) -> MonotonicTime? {
        guard !isStalled, !isSwallowing, !isFinished else { return nil }
        guard let chunk = chunks.first else { return isEnded ? endDue.flatMap { $0 > now ? $0 : nil } : nil }
        let due = pause == nil ? chunk.due : max(chunk.due, earliest ?? chunk.due)
        return due > now ? due : nil
    }

    /// Forgets what it holds.
    mutating func drop() {
        chunks = []
        buffered = 0
    }
}
