import CHobSystem
import Glibc
import HobSupervisorCore
import HobSystem

/// The log file of one instance: appends batches, changes the file between lines, numbers the finished ones.
///
/// It is used by one thread, the writer's. What makes it crash-only: the place of each batch is recorded in the
/// batch before its first byte is written, and a batch that was begun is written again from that place.
final class LogFile {
    /// The slot that reports are about; nil while only an earlier life's bytes are here.
    var slot: Int?
    /// When a file is finished; until the instance is known, never.
    var policy = LogRotationPolicy(maximumBytes: 0, keep: .max)
    /// Who compresses finished files; nil: they stay as they are.
    var compressor: LogCompressor?
    /// Looks for a line that makes the instance ready.
    var matcher: LineMatcher?
    /// The last batch the matcher has seen: one that is written again counts once.
    var matchedSequence: UInt64 = 0
    /// The writer's count at the last use, to close the one that was not used for longest.
    var lastUse: UInt64 = 0
    /// How long the writer waits before it tries again, in nanoseconds; 0 when all is well.
    var retryDelay: Int64 = 0

    private let name: String
    private let directory: LogDirectory
    private let report: @Sendable (LogEvent) -> Void

    private var descriptor: Descriptor?
    private var inode: UInt64 = 0
    private var device: UInt64 = 0
    /// The length after the last write; another one on disk means that somebody else changed the file.
    private var length = -1
    private var stamper = LineStamper()
    private var stamp = LogTimestamp()
    /// Whether a new, empty file goes on with a line of the one before.
    private var carriesLine = false
    /// When the file was made, in milliseconds of the wall clock.
    private var birth: Int64 = 0
    private var finished: FinishedFiles
    private var rotationFailed = false
    private var nextRotationTry = MonotonicTime(nanoseconds: 0)

    init(name: String, directory: LogDirectory, report: @escaping @Sendable (LogEvent) -> Void) {
        self.name = name
        self.directory = directory
        finished = FinishedFiles(of: name, in: directory)
        self.report = report
    }

    /// Whether it holds a descriptor.
    var isOpen: Bool { descriptor != nil }

    /// Whether another object for the same file would do the same.
    var canBeForgotten: Bool { !isOpen && matcher == nil && retryDelay == 0 && !carriesLine && !rotationFailed }

    /// Gives the descriptor back; the next write opens the file again by its name.
    func close() {
        descriptor = nil
        length = -1
    }

    /// Opens the file anew by its name with the next write, also when that is another file now.
    func reopen() {
        // Bytes on both sides of the change are one stream: a line that was begun goes on without a stamp.
        carriesLine = isOpen && !stamper.isAtLineStart
        close()
    }

    // MARK: Writing

    /// Writes what is left of a batch. After an error the same batch is written again, to the same bytes.
    func write(_ batch: StagedBatch, by scratch: UnsafeMutableRawBufferPointer) throws(SystemError) {
        try open()
        if batch.progress.state == .writing, try resume(batch, by: scratch) { return }
        let count = batch.progress.count
        var done = batch.progress.done
        let input = UnsafeRawBufferPointer(batch.bytes(count))
        stamp.set(milliseconds: batch.clock)
        var mayRotate = !rotationFailed || MonotonicTime.now() >= nextRotationTry
        aim(batch, from: done)
        while done < count {
            let age = Duration.milliseconds(batch.clock - birth)
            let isOld = policy.isOld(length: Int64(length), age: age)
            let isDue = stamper.isAtLineStart && policy.isDue(length: Int64(length), age: age)
            if mayRotate && (isDue || policy.isOverdue(length: Int64(length))) {
                batch.progress = .init(.filled, count: count, done: done)
                mayRotate = rotate()
                try open()
                aim(batch, from: done)
                continue
            }
            let limit = !mayRotate ? .max : isOld ? 0 : policy.room(length: Int64(length))
            let rest = UnsafeRawBufferPointer(rebasing: input[done...])
            if batch.isStamped {
                let progress = stamper.stamp(rest, with: stamp, into: scratch, stoppingAfter: limit)
                try put(UnsafeRawBufferPointer(rebasing: scratch[..<progress.produced]))
                done += progress.consumed
            } else {
                let passed = stamper.pass(rest, stoppingAfter: limit)
                try put(UnsafeRawBufferPointer(rebasing: rest[..<passed]))
                done += passed
            }
        }
    }

    /// Ends a line that was left unfinished.
    func endLine() throws(SystemError) {
        try open()
        guard !stamper.isAtLineStart else { return }
        var newline = UInt8(ascii: "\n")
        try withUnsafeBytes(of: &newline) { (bytes) throws(SystemError) in try put(bytes) }
        stamper.isAtLineStart = true
    }

    /// Writes a line of our own, at the present time. After an error nothing of it is there.
    func note(_ text: String) throws(SystemError) {
        try endLine()
        stamp.set(milliseconds: hob_wall_clock_now() / 1_000_000)
        let line = Array("\(stamp.text)hob: \(text)\n".utf8)
        let start = length
        var failure: SystemError?
        line.withUnsafeBytes { bytes in
            do throws(SystemError) { try put(bytes) } catch { failure = error }
        }
        guard let failure else { return }
        // Half a line would be taken for the service's.
        _ = try? descriptor?.truncate(to: start)
        throw failure
    }

    /// Records where the rest of the batch goes, then that it goes there.
    private func aim(_ batch: StagedBatch, from done: Int) {
        let count = batch.progress.count
        batch.target = .init(
            inode: inode, device: device, length: length, isWithinLine: !stamper.isAtLineStart)
        batch.progress = .init(.writing, count: count, done: done)
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws(SystemError) {
        guard let descriptor else { return }
        do throws(SystemError) {
            try descriptor.writeAll(bytes, at: length)
        } catch {
            // What is on disk now is found out by the next try.
            length = -1
            throw named(error)
        }
        length += bytes.count
    }

    /// Takes up a batch that was begun: true when that has finished it, in a file that has another name by now.
    private func resume(_ batch: StagedBatch, by scratch: UnsafeMutableRawBufferPointer) throws(SystemError) -> Bool {
        let target = batch.target
        guard target.inode == inode && target.device == device else {
            guard let other = try directory.openFile(of: name, inode: target.inode, device: target.device),
                try FileStatus.of(other).size >= target.length
            else {
                // The file is gone with what was written of the batch: it begins again in the new one.
                return false
            }
            try finish(batch, in: other, by: scratch)
            return true
        }
        guard length >= target.length else { return false }
        if length > target.length { try cut(to: target.length) }
        stamper.isAtLineStart = !target.isWithinLine
        return false
    }

    private func cut(to newLength: Int) throws(SystemError) {
        guard let descriptor else { return }
        do throws(SystemError) { try descriptor.truncate(to: newLength) } catch { throw named(error) }
        length = newLength
    }

    private func finish(
        _ batch: StagedBatch, in other: Descriptor, by scratch: UnsafeMutableRawBufferPointer
    ) throws(SystemError) {
        let target = batch.target
        try other.truncate(to: target.length)
        var stamper = LineStamper(isAtLineStart: !target.isWithinLine)
        stamp.set(milliseconds: batch.clock)
        let progress = batch.progress
        let input = UnsafeRawBufferPointer(batch.bytes(progress.count))
        var done = progress.done
        var position = target.length
        while done < progress.count {
            let rest = UnsafeRawBufferPointer(rebasing: input[done...])
            if batch.isStamped {
                let step = stamper.stamp(rest, with: stamp, into: scratch)
                try other.writeAll(UnsafeRawBufferPointer(rebasing: scratch[..<step.produced]), at: position)
                done += step.consumed
                position += step.produced
            } else {
                try other.writeAll(rest, at: position)
                done = progress.count
                stamper.isAtLineStart = input.last == UInt8(ascii: "\n")
            }
        }
        if length == 0 && !stamper.isAtLineStart { self.stamper.isAtLineStart = false }
    }

    // MARK: Opening

    /// Sees to it that the file that has the name is open, and that its length and line state are known.
    private func open() throws(SystemError) {
        if let descriptor {
            let status = try FileStatus.of(descriptor)
            if status.links > 0 {
                if status.size != length { try learn(status.size, of: descriptor) }
                return
            }
            // Removed by somebody: what it held is gone, the rest is not.
            close()
        }
        let file = try directory.openCurrent(of: name)
        let status = try FileStatus.of(file)
        inode = status.inode
        device = status.device
        birth = Self.birth(of: file)
        try learn(status.size, of: file)
        descriptor = file
    }

    private func learn(_ size: Int, of file: Descriptor) throws(SystemError) {
        if size == 0 {
            stamper.isAtLineStart = !carriesLine
        } else {
            var last: UInt8 = 0
            let count = invoke(.read) { pread(file.raw, &last, 1, off_t(size - 1)) }
            guard count >= 0 else { throw .transfer("read the end of", file.raw, Int32(-count)) }
            stamper.isAtLineStart = count == 0 || last == UInt8(ascii: "\n")
        }
        carriesLine = false
        length = size
    }

    /// Where the file system keeps no time of birth, the file counts as made now.
    private static func birth(of file: Descriptor) -> Int64 {
        let kept = hob_birth_time(file.raw)
        return (kept > 0 ? kept : hob_wall_clock_now()) / 1_000_000
    }

    private func named(_ error: SystemError) -> SystemError {
        let place = "\(directory.path)/\(LogFileName.current(of: name))"
        return .file("write to", place, error.code)
    }

    // MARK: Looking back

    /// How much of the file's end is looked at.
    private static let backwardLook = 64 * 1024

    /// Whether a line at the end of the file is meant that has the stamp of this moment or a later one.
    func holdsLine(since milliseconds: Int64, for matcher: LineMatcher) throws(SystemError) -> Bool {
        try open()
        guard let descriptor, length > 0 else { return false }
        let start = max(0, length - Self.backwardLook)
        var bytes = [UInt8](repeating: 0, count: length - start)
        var failure: SystemError?
        let count = bytes.withUnsafeMutableBytes { buffer -> Int in
            do throws(SystemError) { return try descriptor.read(into: buffer, at: start) } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        var first = LogTimestamp()
        first.set(milliseconds: milliseconds)
        let earliest = Array(first.text.utf8)
        var matcher = matcher
        for line in bytes[..<count].split(separator: 0x0A).dropFirst(start > 0 ? 1 : 0) {
            // Stamps sort as text does.
            guard line.count >= LogTimestamp.length,
                !line.prefix(LogTimestamp.length).lexicographicallyPrecedes(earliest)
            else { continue }
            let text = Array(line.dropFirst(LogTimestamp.length)) + [0x0A]
            if text.withUnsafeBytes({ matcher.finds(in: $0) }) { return true }
        }
        return false
    }

    // MARK: Rotation

    /// Finishes the current file; false when that does not work now: then logging goes on in it.
    private func rotate() -> Bool {
        let sequence: Int
        do throws(SystemError) {
            sequence = try finished.finishCurrent()
        } catch {
            if error.code == ENOENT {
                // Moved away by somebody who did not say so: only a new file is needed.
                reopen()
                return true
            }
            if !rotationFailed { report(.complaint(slot: slot, error)) }
            rotationFailed = true
            nextRotationTry = MonotonicTime.now() + .seconds(1)
            return false
        }
        reopen()
        rotationFailed = false
        if let slot { report(.rotated(slot: slot, sequence: sequence)) }
        do throws(SystemError) { try finished.removeSuperseded(by: policy) } catch {
            report(.complaint(slot: slot, error))
        }
        if let compressor, policy.keep > 0 {
            compressor.submit(.init(directory: directory.descriptor, instance: name, sequence: sequence, slot: slot))
        }
        return true
    }

    /// Has finished files compressed that an earlier life, or an earlier definition, left as they were.
    func compressLeftovers() throws(SystemError) {
        guard let compressor else { return }
        for sequence in try directory.plain(of: name) {
            compressor.submit(.init(directory: directory.descriptor, instance: name, sequence: sequence, slot: slot))
        }
    }
}
