import HobSupervisorCore
import HobSystem

/// The thread that writes the log files of a directory; it alone waits for the disk.
///
/// The jobs of one instance are done in order. An instance whose file cannot be written is set aside and tried
/// again, from 100 ms to 500 ms apart, while the others go on.
///
/// @unchecked Sendable: `monitor` has the lock; `openFiles`, `useCount`, `scratch` and `directory` are touched by the
/// writer's thread alone once it runs.
final class LogWriter: @unchecked Sendable {
    /// How many log files are open at most.
    static let mostOpenFiles = 64
    private static let firstRetry: Int64 = 100_000_000
    private static let longestRetry: Int64 = 500_000_000
    /// After so long without work, files are closed and memory is given back.
    private static let idleTime: Duration = .seconds(10)

    private struct State {
        var channels: [String: LogChannel] = [:]
        var ready = RingQueue<LogChannel>()
        var stalled: [LogChannel] = []
        var mustReopen = false
        /// Whether there is something to give back when idle.
        var isWarm = false
        var endDeadline: MonotonicTime?
        var hasEnded = false
    }

    private enum Turn {
        case work(LogChannel, LogChannel.Job)
        case reopen
        case coolDown
        case end
    }

    private let monitor = Monitor(State())
    private let directory: LogDirectory
    private let staging: StagingArea
    private let compressor: LogCompressor
    private let report: @Sendable (LogEvent) -> Void
    /// Wakes the reader when what it waits for has come.
    private let resumeReader: @Sendable () -> Void
    /// Where a batch gets its stamps. It stays in the processor's cache: writing several batches at once, from a larger
    /// memory, was slower.
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 160 * 1024, alignment: 16)
    private var openFiles: [LogFile] = []
    private var useCount: UInt64 = 0

    init(
        directory: LogDirectory, staging: StagingArea, compressor: LogCompressor,
        report: @escaping @Sendable (LogEvent) -> Void, resumeReader: @escaping @Sendable () -> Void
    ) {
        self.directory = directory
        self.staging = staging
        self.compressor = compressor
        self.report = report
        self.resumeReader = resumeReader
    }

    deinit {
        scratch.deallocate()
    }

    // MARK: From other threads

    /// Starts the thread. What an earlier life has left behind is written first.
    func start() throws(SystemError) {
        staging.recover(into: self)
        try Thread.start(name: "log-writer", stack: 256 * 1024) { self.run() }
    }

    /// The way to an instance's file; to be given back by the job `close`.
    func channel(named name: String) -> LogChannel {
        monitor.withLock { state in
            let channel = state.channels[name] ?? LogChannel(name: name)
            state.channels[name] = channel
            channel.users += 1
            return channel
        }
    }

    /// Queues a job.
    func enqueue(_ job: LogChannel.Job, for channel: LogChannel) {
        monitor.withLock { state in
            channel.pending.append(job)
            if !channel.isQueued {
                channel.isQueued = true
                state.ready.append(channel)
            }
        }
        monitor.signal()
    }

    /// Opens all files anew by their names.
    func reopen() {
        monitor.withLock { $0.mustReopen = true }
        monitor.signal()
    }

    /// Ends when all is written, or at the deadline: then the rest stays in the staging area. Returns then.
    func stop(until deadline: MonotonicTime) {
        endWhenDone(by: deadline)
        // The disk itself may hang: a little more patience, and it is left alone.
        _ = monitor.wait(until: deadline + .milliseconds(200)) { state in state.hasEnded ? true : nil }
    }

    /// Lets the thread end when it has nothing left to do, or at the deadline.
    func endWhenDone(by deadline: MonotonicTime) {
        monitor.withLock { $0.endDeadline = deadline }
        monitor.broadcast()
    }

    // MARK: The thread

    /// Does jobs until it is told to end; a test may call it on a thread of its own.
    func run() {
        do throws(SystemError) { try directory.removeLeftovers() } catch { report(.trouble(slot: nil, error)) }
        while true {
            switch next() {
            case .work(let channel, let job): work(on: job, of: channel)
            case .reopen:
                for file in openFiles { file.reopen() }
                openFiles.removeAll()
                report(.reopened)
            case .coolDown:
                closeAll()
                forgetFiles()
                staging.trim()
                report(.cooledDown)
            case .end:
                closeAll()
                monitor.withLock { $0.hasEnded = true }
                monitor.broadcast()
                return
            }
        }
    }

    private func next() -> Turn {
        var idleSince: MonotonicTime?
        return monitor.waitUntil { state, now in
            if state.mustReopen {
                state.mustReopen = false
                return .done(.reopen)
            }
            let retry = Self.wakeStalled(&state, now)
            if let channel = state.ready.popFirst(), let job = channel.pending.first {
                state.isWarm = true
                return .done(.work(channel, job))
            }
            if let deadline = state.endDeadline, state.stalled.isEmpty || now >= deadline { return .done(.end) }
            var wakeUp = [retry, state.endDeadline].compactMap { $0 }.min()
            if state.isWarm {
                let coolDown = (idleSince ?? now) + Self.idleTime
                idleSince = idleSince ?? now
                if now >= coolDown {
                    state.isWarm = false
                    return .done(.coolDown)
                }
                wakeUp = min(wakeUp ?? coolDown, coolDown)
            }
            return .wait(until: wakeUp)
        }
    }

    /// Moves those whose time has come to the ready ones; answers when the next one's comes.
    private static func wakeStalled(_ state: inout State, _ now: MonotonicTime) -> MonotonicTime? {
        guard !state.stalled.isEmpty else { return nil }
        for channel in state.stalled where channel.retryAt <= now { state.ready.append(channel) }
        state.stalled.removeAll { $0.retryAt <= now }
        return state.stalled.map(\.retryAt).min()
    }

    private func work(on job: LogChannel.Job, of channel: LogChannel) {
        do throws(SystemError) {
            try perform(job, channel)
        } catch {
            stall(channel, error)
            return
        }
        if let file = channel.file, file.retryDelay > 0 {
            file.retryDelay = 0
            report(.recovered(slot: file.slot))
            if staging.setStalled(false, channel) { resumeReader() }
        }
        let isUnused = monitor.withLock { state -> Bool in
            channel.pending.popFirst()
            if case .close = job { channel.users -= 1 }
            if !channel.pending.isEmpty {
                state.ready.append(channel)
                return false
            }
            channel.isQueued = false
            guard channel.users == 0 else { return false }
            state.channels[channel.name] = nil
            return true
        }
        if isUnused { channel.file?.close() }
    }

    private func file(of channel: LogChannel) -> LogFile {
        if let file = channel.file { return file }
        let file = LogFile(name: channel.name, directory: directory, report: report)
        if let rules = channel.rules { rule(file, by: rules) }
        channel.file = file
        return file
    }

    private func rule(_ file: LogFile, by rules: (slot: Int, definition: LogDefinition)) {
        file.slot = rules.slot
        file.policy = LogRotationPolicy(rules.definition)
        file.compressor = rules.definition.compress ? compressor : nil
    }

    private func perform(_ job: LogChannel.Job, _ channel: LogChannel) throws(SystemError) {
        switch job {
        case .batch(let batch):
            let file = file(of: channel)
            match(batch, file)
            makeRoom(for: file)
            try file.write(batch, by: scratch)
            if staging.release(batch, of: channel) { resumeReader() }
        case .open(let slot, let definition):
            channel.rules = (slot, definition)
            let wasCompressing = channel.file?.compressor != nil
            if let file = channel.file { rule(file, by: (slot, definition)) }
            if definition.compress, !wasCompressing { try file(of: channel).compressLeftovers() }
        case .drained(let slot, let token):
            report(.drained(slot: slot, token: token))
        case .endLine:
            let file = file(of: channel)
            makeRoom(for: file)
            try file.endLine()
        case .dropped(let slot, let bytes, let lines):
            let file = file(of: channel)
            makeRoom(for: file)
            try file.note("\(bytes) bytes (\(lines) lines) were dropped here: this file could not be written")
            report(.dropped(slot: slot, bytes: bytes, lines: lines))
        case .watch(let matcher):
            let file = file(of: channel)
            if let since = matcher.since, try file.holdsLine(since: since, for: matcher) {
                report(.matched(slot: matcher.slot, token: matcher.token))
            } else {
                file.matcher = matcher
            }
        case .unwatch, .close:
            channel.file?.matcher = nil
        }
    }

    /// Matching comes before writing: on a full disk a service still becomes ready.
    private func match(_ batch: StagedBatch, _ file: LogFile) {
        guard let matcher = file.matcher, file.matchedSequence != batch.sequence else { return }
        file.matchedSequence = batch.sequence
        if file.matcher?.finds(in: UnsafeRawBufferPointer(batch.bytes(batch.progress.count))) == true {
            file.matcher = nil
            report(.matched(slot: matcher.slot, token: matcher.token))
        }
    }

    private func stall(_ channel: LogChannel, _ error: SystemError) {
        let file = file(of: channel)
        if file.retryDelay == 0 {
            // First: who hears of the trouble may rely on it that nothing more is read.
            _ = staging.setStalled(true, channel)
            report(.trouble(slot: file.slot, error))
            // What may be dropped need not wait for better times.
            resumeReader()
        }
        file.retryDelay = min(max(file.retryDelay * 2, Self.firstRetry), Self.longestRetry)
        let delay = file.retryDelay
        monitor.withLock { state in
            channel.retryAt = MonotonicTime.now().advanced(byNanoseconds: delay)
            state.stalled.append(channel)
        }
    }

    // MARK: Open files

    /// Closes the file that was not used for longest when one more would be too many.
    private func makeRoom(for file: LogFile) {
        useCount += 1
        file.lastUse = useCount
        guard !file.isOpen else { return }
        openFiles.removeAll { !$0.isOpen }
        if openFiles.count >= Self.mostOpenFiles,
            let oldest = openFiles.indices.min(by: { openFiles[$0].lastUse < openFiles[$1].lastUse })
        {
            openFiles.remove(at: oldest).close()
        }
        openFiles.append(file)
    }

    /// Lets go of what is known of files that are as they would be found again.
    private func forgetFiles() {
        monitor.withLock { state in
            for channel in state.channels.values where !channel.isQueued && channel.file?.canBeForgotten == true {
                channel.file = nil
            }
        }
    }

    private func closeAll() {
        for file in openFiles { file.close() }
        openFiles.removeAll()
    }
}
