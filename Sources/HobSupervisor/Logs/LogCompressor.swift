import Glibc
import HobSupervisorCore
import HobSystem

/// Compresses finished log files, one after another, by a niced gzip of its own; none of it is done in this process.
///
/// At each step a crash leaves either the plain file, or the whole compressed one under its name: gzip writes to a
/// temporary name, which then is renamed, and only then the plain file goes.
final class LogCompressor: Sendable {
    /// A finished file.
    struct Job: Sendable {
        var directory: Descriptor
        var instance: String
        var sequence: Int
        var slot: Int?
    }

    /// How long one file may take.
    private static let patience: Duration = .seconds(600)

    private struct State {
        var queue = RingQueue<Job>()
        var isRunning = false
        var isEnding = false
        var helper: ProcessHandle?
    }

    private let monitor = Monitor(State())
    private let program: String
    private let spawner: Spawner
    private let oomScoreAdjustment: Int32?
    private let report: @Sendable (LogEvent) -> Void

    init(
        program: String = "gzip", spawner: Spawner = .shared, oomScoreAdjustment: Int32? = nil,
        report: @escaping @Sendable (LogEvent) -> Void
    ) {
        self.program = program
        self.spawner = spawner
        self.oomScoreAdjustment = oomScoreAdjustment
        self.report = report
    }

    /// Queues a file; the thread that sees to it begins with the first one.
    func submit(_ job: Job) {
        let startsThread = monitor.withLock { state in
            guard !state.isEnding else { return false }
            state.queue.append(job)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        monitor.signal()
        guard startsThread else { return }
        do throws(SystemError) {
            try Thread.start(name: "log-compressor", stack: 128 * 1024) { self.work() }
        } catch {
            monitor.withLock { $0.isRunning = false }
            report(.complaint(slot: job.slot, error))
        }
    }

    /// Kills the helper at work and ends; its file stays plain until the next life. False when that lasted too long.
    func stop(until deadline: MonotonicTime) -> Bool {
        monitor.withLock { state in
            state.isEnding = true
            _ = try? state.helper?.signal(.kill)
        }
        monitor.broadcast()
        return monitor.wait(until: deadline) { state in state.isRunning ? nil : true } ?? false
    }

    private func work() {
        while let job = next() {
            do throws(SystemError) {
                try compress(job)
            } catch {
                report(.complaint(slot: job.slot, error))
            }
        }
        monitor.withLock { $0.isRunning = false }
        monitor.broadcast()
    }

    private func next() -> Job? {
        monitor.wait { state -> Job?? in
            if state.isEnding { return .some(nil) }
            return state.queue.popFirst().map { .some($0) }
        }
    }

    private func compress(_ job: Job) throws(SystemError) {
        let plain = LogFileName(sequence: job.sequence).text(of: job.instance)
        let final = LogFileName(sequence: job.sequence, form: .compressed).text(of: job.instance)
        let unfinished = LogFileName(sequence: job.sequence, form: .unfinished).text(of: job.instance)
        let input: Descriptor
        do throws(SystemError) {
            input = try Descriptor.open(plain, in: job.directory, flags: [.readOnly, .noFollow])
        } catch {
            // Deleted in the meantime, being one too many, or compressed by an earlier job.
            if error.code == ENOENT { return }
            throw error
        }
        let mode = try FileStatus.of(input).permissions
        let output = try Descriptor.open(
            unfinished, in: job.directory, flags: [.writeOnly, .create, .truncate, .noFollow], mode: mode)
        var isDone = false
        defer { if !isDone { _ = try? job.directory.remove(unfinished) } }
        guard try run(input, output, plain) else { return }
        try job.directory.rename(unfinished, to: final)
        isDone = true
        if try !job.directory.remove(plain) {
            // It was one too many before we were done.
            try job.directory.remove(final)
        }
    }

    /// Runs the helper from one descriptor to the other; false when it was ended by ``stop(until:)``.
    private func run(_ input: Descriptor, _ output: Descriptor, _ plain: String) throws(SystemError) -> Bool {
        var request = SpawnRequest(executable: program, arguments: ["-n", "-c"])
        if let path = getenv("PATH") { request.searchPath = String(cString: path) }
        request.environment = ["LC_ALL=C"]
        request.nice = 19
        request.oomScoreAdjustment = oomScoreAdjustment
        request.descriptors = [
            DescriptorMapping(source: input.raw, target: 0), DescriptorMapping(source: output.raw, target: 1),
        ]
        let helper: ProcessHandle
        do throws(SpawnFailure) {
            helper = try spawner.spawn(request).handle
        } catch {
            throw SystemError(code: error.code, message: "cannot compress \(plain): \(error.message)")
        }
        let isEnding = monitor.withLock { state in
            state.helper = helper
            return state.isEnding
        }
        defer { monitor.withLock { $0.helper = nil } }
        if isEnding { try helper.signal(.kill) }
        if !helper.waitForExit(until: MonotonicTime.now() + Self.patience) {
            try helper.signal(.kill)
            _ = helper.waitForExit()
        }
        guard let status = try helper.reap() else { return false }
        if status == .exited(code: 0) { return true }
        if monitor.withLock({ $0.isEnding }) { return false }
        throw SystemError(code: EIO, message: "cannot compress \(plain): \(program) \(status)")
    }
}
