import CHobSystem
import Glibc
package import HobSystem
import Synchronization

/// The memory that log bytes pass through between FIFO and log file: a file of the runtime directory, mapped
/// MAP_SHARED.
///
/// read(2) takes bytes out of a FIFO for good. What it puts here is still here when the process is killed between
/// the read and the write, and the next life writes it. Buffers are taken from the lower end, last used first, so a
/// quiet supervisor touches one of them.
///
/// @unchecked Sendable: `base` never changes, `state` has its lock, and a batch belongs to one thread at a time: to
/// the reader until it is queued, then to the writer until it is released.
package final class StagingArea: @unchecked Sendable {
    /// The file's name in the runtime directory.
    package static let fileName = "log.staging"
    /// What one read takes at most: a pipe's usual capacity.
    static let bufferSize = 64 * 1024
    /// How many batches of one instance may wait for the writer: enough for both threads to be busy, few enough to
    /// stay in the processor's cache.
    static let mostPerChannel = 4

    /// The answer to a wish for a buffer.
    enum Answer {
        /// Here it is.
        case batch(StagedBatch)
        /// Not for this instance now: its log file is behind.
        case channelIsBehind
        /// Not for anybody now.
        case exhausted
    }

    private struct State {
        /// Free buffers, the next one last.
        var free: [Int]
        /// Whether a buffer's pages are there.
        var isPresent: [Bool]
        var readerWaits = false
        /// Whether it waits for any buffer, and not for its instance's own.
        var readerWaitsForAny = false

        mutating func stopWaiting() -> Bool {
            readerWaits = false
            readerWaitsForAny = false
            return true
        }
    }

    private static let magic: UInt64 = 0x0062_6f68_676f_6c01  // the last byte is the layout's version
    private static let headerSize = 64

    private let capacity: Int
    private let base: UnsafeMutableRawPointer
    private let size: Int
    private let tableSize: Int
    private let file: Descriptor
    private let state: Mutex<State>
    /// Whether nothing is in it that is not written.
    var isEmpty: Bool { state.withLock { $0.free.count == capacity } }
    /// What an earlier life has left behind, in the order in which it was read; taken over once.
    let leftovers: [StagedBatch]
    /// Number of the next read; the reader's alone.
    var nextSequence: UInt64

    /// Maps the staging file, and takes over what an earlier life has read and not written.
    package init(in runtime: Descriptor, capacity: Int = 64) throws(SystemError) {
        let page = 4096
        self.capacity = capacity
        tableSize = (Self.headerSize + capacity * StagedBatch.recordSize + page - 1) / page * page
        size = tableSize + capacity * Self.bufferSize
        file = try Descriptor.open(
            Self.fileName, in: runtime, flags: [.readWrite, .create, .noFollow], mode: 0o600)
        let isOld = try FileStatus.of(file).size == size
        if !isOld {
            // Another layout or none: nothing in it can be understood.
            try file.truncate(to: 0)
            try file.truncate(to: size)
        }
        base = try Self.map(file, size)
        try Self.reserve(file, offset: 0, count: tableSize)
        let knowsLayout = isOld && base.load(as: UInt64.self) == Self.magic
        var found: [StagedBatch] = []
        for index in 0..<capacity {
            let batch = Self.batch(index, base, tableSize)
            if knowsLayout && Self.isPending(batch) { found.append(batch) } else { batch.progress = .init(.idle) }
        }
        base.storeBytes(of: Self.magic, as: UInt64.self)
        leftovers = found.sorted { $0.sequence < $1.sequence }
        nextSequence = (leftovers.last?.sequence ?? 0) + 1
        let taken = Set(found.map(\.index))
        state = Mutex(
            State(
                free: (0..<capacity).reversed().filter { !taken.contains($0) },
                isPresent: (0..<capacity).map { taken.contains($0) }))
        // With one buffer certain, a full tmpfs slows logging down and cannot stop it.
        try makePresent(0)
    }

    deinit {
        munmap(base, size)
    }

    // MARK: Buffers

    /// A buffer for a read of this instance, or why there is none; then the reader is woken when it pays to ask again.
    func acquire(for channel: LogChannel) -> Answer {
        state.withLock { state in
            let isBehind = channel.isStalled || channel.outstanding >= Self.mostPerChannel
            // The last quarter is for those who have none yet.
            let isScarce = channel.outstanding > 0 && state.free.count <= capacity / 4
            guard !isBehind && !isScarce, let index = state.free.last, present(index, &state) else {
                state.readerWaits = true
                if !isBehind { state.readerWaitsForAny = true }
                return isBehind || isScarce ? .channelIsBehind : .exhausted
            }
            state.free.removeLast()
            channel.outstanding += 1
            return .batch(Self.batch(index, base, tableSize))
        }
    }

    /// Takes back a buffer; true when the reader waits for it.
    func release(_ batch: StagedBatch, of channel: LogChannel) -> Bool {
        batch.progress = .init(.idle)
        return state.withLock { state in
            state.free.append(batch.index)
            channel.outstanding -= 1
            channel.released += 1
            // Woken at half, the reader goes on for a while before it has to stop again.
            let isEnough = state.readerWaitsForAny || channel.outstanding <= Self.mostPerChannel / 2
            return state.readerWaits && isEnough && state.stopWaiting()
        }
    }

    /// Counts what was left behind against its instance.
    func adopt(_ batch: StagedBatch, for channel: LogChannel) {
        state.withLock { _ in channel.outstanding += 1 }
    }

    /// Stops or resumes reading of an instance; true when the reader is to be woken.
    func setStalled(_ isStalled: Bool, _ channel: LogChannel) -> Bool {
        state.withLock { state in
            channel.isStalled = isStalled
            // Also a reader that does not wait has something to do: to tell what it has dropped.
            return !isStalled && state.stopWaiting()
        }
    }

    /// Whether the file of an instance cannot be written, and how many of its batches the writer is done with.
    func progress(of channel: LogChannel) -> (isStalled: Bool, released: UInt64) {
        state.withLock { _ in (channel.isStalled, channel.released) }
    }

    /// Gives the memory of buffers that nobody uses back to the system, but for the first.
    func trim() {
        state.withLock { state in
            state.free.sort(by: >)
            for index in state.free where index > 0 && state.isPresent[index] {
                let start = tableSize + index * Self.bufferSize
                if hob_discard_pages(base + start, UInt64(Self.bufferSize)) == 0 { state.isPresent[index] = false }
            }
        }
    }

    /// How many buffers take up memory.
    var presentCount: Int { state.withLock { $0.isPresent.count { $0 } } }

    // MARK: Pages

    /// Sees to it that a read into the buffer cannot stop at a page that is missing.
    private func present(_ index: Int, _ state: inout State) -> Bool {
        if state.isPresent[index] { return true }
        // On a full tmpfs the buffers in use have to do. There are some: free buffers with pages come first.
        guard (try? makePresent(index)) != nil else { return false }
        state.isPresent[index] = true
        return true
    }

    private func makePresent(_ index: Int) throws(SystemError) {
        let start = tableSize + index * Self.bufferSize
        try Self.reserve(file, offset: start, count: Self.bufferSize)
        for page in stride(from: 0, to: Self.bufferSize, by: 4096) {
            let place = base + start + page
            // Not a 0: a buffer that was taken over has bytes that count.
            place.storeBytes(of: place.load(as: UInt8.self), as: UInt8.self)
        }
    }

    private static func reserve(_ file: Descriptor, offset: Int, count: Int) throws(SystemError) {
        // It answers the errno instead of setting it.
        let code = -invoke(.fallocate) { () -> Int32 in
            let code = posix_fallocate(file.raw, off_t(offset), off_t(count))
            errno = code
            return code == 0 ? 0 : -1
        }
        guard code == 0 || code == EOPNOTSUPP || code == EINVAL else {
            throw .file("reserve \(count) bytes of", fileName, code)
        }
    }

    private static func map(_ file: Descriptor, _ size: Int) throws(SystemError) -> UnsafeMutableRawPointer {
        var address: UnsafeMutableRawPointer?
        let result = invoke(.mmap) {
            address = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, file.raw, 0)
            return address == UnsafeMutableRawPointer(bitPattern: -1) || address == nil ? Int32(-1) : 0
        }
        guard result >= 0, let address else { throw .file("map", fileName, -result) }
        return address
    }

    private static func batch(_ index: Int, _ base: UnsafeMutableRawPointer, _ tableSize: Int) -> StagedBatch {
        StagedBatch(
            index: index, record: base + headerSize + index * StagedBatch.recordSize,
            buffer: base + tableSize + index * bufferSize)
    }

    /// Whether a record holds bytes that are in no log file; a read that has happened counts as filled from now on.
    private static func isPending(_ batch: StagedBatch) -> Bool {
        guard let progress = batch.storedProgress, batch.name != nil, progress.count > 0,
            progress.count <= bufferSize, progress.done <= progress.count
        else { return false }
        switch progress.state {
        case .idle: return false
        case .filled, .writing: return true
        case .reading:
            if batch.isPoisoned(progress.count) { return false }
            batch.progress = .init(.filled, count: progress.count)
            return true
        }
    }
}
