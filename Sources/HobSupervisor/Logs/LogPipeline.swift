package import HobSupervisorCore
package import HobSystem

/// The log path: from the FIFOs of all instances, through the staging area, to stamped and rotated log files.
///
/// Every call returns at once; what comes of it is reported, on the log threads, to the closure given at the
/// beginning. It may be killed at any instant: the next one on the same two directories writes what was read.
package final class LogPipeline: Sendable {
    /// The longest name of an instance, in bytes of UTF-8.
    package static let longestName = StagedBatch.longestName

    private let staging: StagingArea
    private let compressor: LogCompressor
    private let writer: LogWriter
    private let reader: LogReader
    private let report: @Sendable (LogEvent) -> Void

    /// Starts the threads; first they write what an earlier life has read and not written.
    ///
    /// - Parameters:
    ///   - logs: The directory of the log files. It is made again, at its path of now, when it vanishes.
    ///   - runtime: The directory of the staging file, on tmpfs.
    ///   - oomScoreAdjustment: The oom_score_adj of helpers, where it is not to be ours.
    ///   - report: Called on the log threads; it must be short.
    package init(
        logs: Descriptor, runtime: Descriptor, oomScoreAdjustment: Int32? = nil,
        report: @escaping @Sendable (LogEvent) -> Void
    ) throws(SystemError) {
        self.report = report
        staging = try StagingArea(in: runtime)
        compressor = LogCompressor(oomScoreAdjustment: oomScoreAdjustment, report: report)
        let loop = try EventLoop()
        let mailbox = loop.mailbox
        let resume = ReaderResumption()
        writer = LogWriter(
            directory: try LogDirectory(logs), staging: staging, compressor: compressor, report: report,
            resumeReader: { mailbox.post { resume.reader?.resume() } })
        reader = LogReader(loop: loop, staging: staging, writer: writer, report: report)
        resume.reader = reader
        try writer.start()
        do throws(SystemError) {
            try reader.start()
        } catch {
            writer.stop(until: MonotonicTime.now())
            throw error
        }
    }

    /// Begins to read an instance's FIFO and to write its log file.
    ///
    /// - Parameters:
    ///   - slot: The number by which it is meant from now on. One that is in use is removed first.
    ///   - name: The instance, from which the file's name follows; at most ``longestName`` bytes.
    ///   - fifo: A description of its own, readable, writable and non-blocking.
    ///   - definition: How lines are stamped and files rotated.
    ///   - isWithinLine: Whether what an earlier life read of it may lack its line end.
    /// - Returns: What may be asked of it on any thread.
    @discardableResult
    package func add(
        slot: Int, name: String, fifo: Descriptor, definition: LogDefinition, isWithinLine: Bool = true
    ) -> LogOutput {
        let output = LogOutput(fifo, isWithinLine: isWithinLine)
        guard name.utf8.count <= Self.longestName, !name.isEmpty, !name.utf8.contains(UInt8(ascii: "/")) else {
            let message = "cannot log \(name): a name has 1 to \(Self.longestName) bytes and no slash"
            report(.trouble(slot: slot, SystemError(code: 0, message: message)))
            return output
        }
        let channel = writer.channel(named: name)
        writer.enqueue(.open(slot: slot, definition), for: channel)
        let stream = LogStream(slot: slot, output: output, channel: channel, definition: definition)
        reader.post { $0.add(stream) }
        return output
    }

    /// Changes the rules of an instance's log from here on.
    package func update(slot: Int, definition: LogDefinition) {
        reader.post { $0.update(slot: slot, definition) }
    }

    /// Lets go of an instance once all that is in its FIFO now is in its log file.
    package func remove(slot: Int) {
        reader.post { $0.remove(slot: slot) }
    }

    /// Reports `drained` once all that is in the FIFO now is in the log file.
    ///
    /// With `endsLine`, a last line without its end gets one: the next process begins a line of its own.
    package func drain(slot: Int, token: UInt64, endsLine: Bool = false) {
        reader.post { $0.drain(slot: slot, token: token, endsLine: endsLine) }
    }

    /// Reports `matched`, once, for the first matching line that is read from now on; it replaces an earlier watch.
    ///
    /// With `since`, in milliseconds of Unix time, a stamped line of that moment or later counts, too, that stands at
    /// the end of the log file already: an earlier life may have read it and not lived to tell.
    package func watch(slot: Int, pattern: LogPattern, token: UInt64, since: Int64? = nil) {
        let matcher = LineMatcher(slot: slot, token: token, pattern: pattern, since: since)
        reader.post { $0.watch(matcher) }
    }

    /// Looks for no line any more.
    package func unwatch(slot: Int) {
        reader.post { $0.unwatch(slot: slot) }
    }

    /// Opens all log files anew by their names, after somebody has moved them; reports `reopened` when done.
    package func reopen() {
        writer.reopen()
    }

    /// Drains all instances, writes and closes all files and ends the threads; returns then.
    ///
    /// What cannot be written by the deadline, on a full disk for instance, stays in the staging file, and what has
    /// not been read stays in the FIFOs.
    ///
    /// - Returns: whether the staging file holds nothing any more.
    @discardableResult
    package func stop(within limit: Duration = .seconds(5)) -> Bool {
        let deadline = MonotonicTime.now() + limit
        _ = reader.stop(until: deadline)
        writer.stop(until: deadline)
        _ = compressor.stop(until: MonotonicTime.now() + .seconds(1))
        return staging.isEmpty
    }
}
