import Glibc
import HobSupervisorCore
import HobSystem

// What the reader does when it cannot go on: dropping by policy, disks that do not answer, a kernel that refuses.
extension LogReader {
    /// A parked stream whose writer gets nothing done for so long has a disk that does not answer.
    static let patience: Duration = .seconds(1)
    /// When reading is tried again after the kernel refused something.
    private static let retryPause: Duration = .milliseconds(200)

    // MARK: Watching

    /// Waits for bytes; where the kernel refuses to announce them, it is asked again.
    func watch(_ stream: LogStream) {
        do throws(SystemError) {
            stream.watch = try loop.watch(stream.fifo.raw, events: stream.isParked ? [] : .read) {
                [unowned self, stream] _ in
                read(stream)
            }
        } catch {
            retryLater(stream, error)
            return
        }
        guard stream.isRetrying else { return }
        stream.isRetrying = false
        report(.recovered(slot: stream.slot))
    }

    func retryLater(_ stream: LogStream, _ error: SystemError) {
        if let watch = stream.watch { loop.cancel(watch) }
        stream.watch = nil
        if !stream.isRetrying { report(.trouble(slot: stream.slot, error)) }
        stream.isRetrying = true
        loop.schedule(after: Self.retryPause) { [unowned self, stream] in
            if !stream.isClosed, stream.watch == nil { watch(stream) }
        }
    }

    // MARK: Dropping

    /// Whether bytes of this stream may go: its file cannot be written, or its disk does not answer.
    func mayDrop(_ stream: LogStream) -> Bool {
        stream.mayDrop && (stream.isHung || staging.progress(of: stream.channel).isStalled)
    }

    /// Reads and forgets; answers how much.
    func drop(from stream: LogStream) -> Int {
        let count = invoke(.read) { Glibc.read(stream.fifo.raw, waste.baseAddress, waste.count) }
        guard count > 0 else { return 0 }
        if stream.dropped.bytes == 0 {
            dropping.append(stream)
            report(.dropping(slot: stream.slot))
        }
        stream.dropped.bytes += count
        stream.dropped.lines += waste[..<count].count { $0 == 0x0A }
        passed(count, of: stream)
        return count
    }

    /// Has the log say what is missing, once its file can be written again.
    func tellDropped(_ stream: LogStream) {
        guard stream.dropped.bytes > 0 else { return }
        guard !mayDrop(stream) else {
            if !dropping.contains(where: { $0 === stream }) { dropping.append(stream) }
            return
        }
        let dropped = stream.dropped
        stream.dropped = (0, 0)
        writer.enqueue(
            .dropped(slot: stream.slot, bytes: dropped.bytes, lines: dropped.lines), for: stream.channel)
    }

    // MARK: Disks that do not answer

    /// Whether the disk of a stream has answered after all.
    func noteProgress(of stream: LogStream) {
        guard stream.isHung, staging.progress(of: stream.channel).released != stream.releasedWhenParked else { return }
        stream.isHung = false
        hung.removeAll { $0 === stream }
        report(.recovered(slot: stream.slot))
    }

    /// Looks whether the writer has got on with what the parked streams wait for.
    func lookAfterParked() {
        overdueTimer = nil
        var late: [LogStream] = []
        for stream in parked where !stream.isHung {
            let progress = staging.progress(of: stream.channel)
            // A file that cannot be written has been reported by the writer, which goes on trying.
            guard !progress.isStalled, progress.released == stream.releasedWhenParked else {
                stream.releasedWhenParked = progress.released
                continue
            }
            stream.isHung = true
            hung.append(stream)
            late.append(stream)
            report(
                .trouble(
                    slot: stream.slot,
                    SystemError(
                        code: ETIMEDOUT,
                        message: "nothing was written for \(Self.patience.components.seconds) s: does its disk answer?")
                ))
        }
        // What may be dropped need not wait any longer.
        for stream in late where stream.mayDrop {
            parked.removeAll { $0 === stream }
            stream.isParked = false
            watchFor(.read, stream)
        }
        guard !parked.isEmpty else { return }
        overdueTimer = loop.schedule(after: Self.patience) { [unowned self] in lookAfterParked() }
    }
}
