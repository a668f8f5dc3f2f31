import Glibc
package import HobProtocol
package import HobSupervisorCore
package import HobSystem
import Synchronization

/// What survives a boot: the applied definitions and what is wanted of them, written by a thread of its own.
///
/// A file is replaced as a whole (temporary name, fsync, rename, fsync of the directory) and only then acknowledged.
package final class StateStore: Sendable {
    /// What is to be written; nil parts stay as they are on disk.
    struct Snapshot: Sendable {
        var applied: [UInt8]?
        var wanted: [UInt8]?
    }

    /// What was read at start.
    package struct Contents: Sendable {
        /// The stored definitions; nil when nothing was ever applied.
        package var applied: AppliedSet?
        /// What is wanted of them.
        package var wanted = WantedRecord()
    }

    private struct State {
        var pending: Snapshot?
        /// What the disk did not take.
        var unstored = Snapshot()
        var ticket: UInt64 = 0
        var isStopped = false
    }

    package static let appliedName = "applied"
    private static let nextName = "applied.next"
    private static let wantedName = "wanted"

    private let directory: Descriptor
    private let monitor = Monitor(State())

    /// Opens the state directory and starts the writer.
    ///
    /// - Parameters:
    ///   - directory: the state directory.
    ///   - report: called on the writer's thread with the newest ticket that is safe, and why not if it is not.
    init(
        directory: Descriptor, report: @escaping @Sendable (UInt64, SystemError?) -> Void
    ) throws(SystemError) {
        self.directory = directory
        try Thread.start(name: "state") { [self] in work(report) }
    }

    /// Queues a snapshot; a newer one replaces what was not yet written.
    ///
    /// - Returns: the ticket that `report` will name.
    func save(_ snapshot: Snapshot) -> UInt64 {
        let ticket = monitor.withLock { state -> UInt64 in
            state.ticket += 1
            state.pending = Snapshot(
                applied: snapshot.applied ?? state.pending?.applied ?? state.unstored.applied,
                wanted: snapshot.wanted ?? state.pending?.wanted ?? state.unstored.wanted)
            state.unstored = Snapshot()
            return state.ticket
        }
        monitor.signal()
        return ticket
    }

    /// Reads what is stored; definitions that `hob supervise` left for us replace the older ones.
    ///
    /// Throws a failure when what is there cannot be read; nothing is changed then.
    package static func load(from directory: Descriptor) throws(Failure) -> Contents {
        let next = try bytes(of: nextName, in: directory)
        let applied = if let next { next } else { try bytes(of: appliedName, in: directory) }
        let contents = try read(
            applied: applied, named: next == nil ? appliedName : nextName,
            wanted: try bytes(of: wantedName, in: directory))
        if next != nil {
            do throws(SystemError) {
                try directory.rename(nextName, to: appliedName)
            } catch {
                throw Failure(.system, error.message)
            }
        }
        return contents
    }

    /// Reads the bytes of the state files; nil for one that is not there.
    package static func read(
        applied: [UInt8]?, named name: String = appliedName, wanted: [UInt8]?
    ) throws(Failure) -> Contents {
        var contents = Contents()
        if let applied {
            var set = AppliedSet()
            var isFirst = true
            try eachLine(of: applied, name) { value throws(JSONError) in
                try set.take(value, isFirst: isFirst)
                isFirst = false
            }
            contents.applied = set
        }
        if let wanted {
            var record: WantedRecord?
            try eachLine(of: wanted, wantedName) { value throws(JSONError) in
                if record == nil { record = try WantedRecord(json: value) }
            }
            if let record { contents.wanted = record }
        }
        return contents
    }

    private static func bytes(of name: String, in directory: Descriptor) throws(Failure) -> [UInt8]? {
        do throws(SystemError) {
            return try Descriptor.open(name, in: directory, flags: [.readOnly, .noFollow]).readAll(limit: 256 << 20)
        } catch {
            if error.code == ENOENT { return nil }
            throw Failure(.system, error.message)
        }
    }

    /// Hands out the lines of a file.
    private static func eachLine(
        of bytes: [UInt8], _ name: String, _ body: (JSONValue) throws(JSONError) -> Void
    ) throws(Failure) {
        for (number, line) in bytes.split(separator: 0x0A).enumerated() {
            do throws(JSONError) {
                try body(try JSONReader.read(Array(line)))
            } catch {
                throw Failure(.badConfiguration, "the state file '\(name)' is damaged in line \(number + 1), \(error)")
            }
        }
    }

    /// Ends the writer after what is queued.
    func stop() {
        monitor.withLock { $0.isStopped = true }
        monitor.signal()
    }

    private func work(_ report: @escaping @Sendable (UInt64, SystemError?) -> Void) {
        while true {
            let job = monitor.wait { state -> (Snapshot?, UInt64)? in
                if let pending = state.pending {
                    state.pending = nil
                    return (pending, state.ticket)
                }
                return state.isStopped ? (nil, 0) : nil
            }
            guard let snapshot = job.0 else { return }
            do throws(SystemError) {
                if let applied = snapshot.applied { try replace(Self.appliedName, with: applied) }
                if let wanted = snapshot.wanted { try replace(Self.wantedName, with: wanted) }
                try directory.synchronise()
                report(job.1, nil)
            } catch {
                // The next snapshot carries what this one could not: definitions come only when they change.
                monitor.withLock { state in
                    guard let pending = state.pending else { return state.unstored = snapshot }
                    state.pending = Snapshot(
                        applied: pending.applied ?? snapshot.applied, wanted: pending.wanted ?? snapshot.wanted)
                }
                report(job.1, error)
            }
        }
    }

    private func replace(_ name: String, with bytes: [UInt8]) throws(SystemError) {
        let temporary = name + ".new"
        do throws(SystemError) {
            let file = try Descriptor.open(
                temporary, in: directory, flags: [.writeOnly, .create, .truncate, .noFollow], mode: 0o600)
            try file.writeAll(bytes)
            try file.synchronise()
            try directory.rename(temporary, to: name)
        } catch {
            // On a full disk half a file is in everybody's way.
            _ = try? directory.remove(temporary)
            throw .file("write", "the state file '\(name)'", error.code)
        }
    }
}
