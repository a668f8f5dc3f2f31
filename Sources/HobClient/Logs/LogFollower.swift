import Glibc
package import HobSystem

/// Follows the logs of a directory as they grow, through rotation, woken by the kernel.
package final class LogFollower {
    private struct Followed {
        var file: Descriptor?
        var inode: UInt64 = 0
        var offset = 0
        /// The number of the newest finished file that has been read.
        var sequence = 0
        /// A line whose end has not come yet.
        var partial: [UInt8] = []
        var previous: Int64 = 0
    }

    private let directory: LogDirectory
    private let watcher: FileWatcher
    private let isWanted: (String) -> Bool
    private var followed: [String: Followed] = [:]
    private var pending: Set<String> = []

    /// Makes a follower of the instances that `isWanted` says yes to, those to come included.
    package init(_ directory: LogDirectory, isWanted: @escaping (String) -> Bool) throws(SystemError) {
        self.directory = directory
        self.isWanted = isWanted
        watcher = try FileWatcher()
        // Watching comes before the first look, so that nothing falls between them.
        _ = try watcher.add(directory.descriptor, events: [.modified, .created, .movedTo])
    }

    /// Readable when there may be new lines.
    package var raw: Int32 { watcher.raw }

    /// Waits until the kernel announces a change.
    package func wait() {
        var entry = pollfd(fd: watcher.raw, events: Int16(POLLIN), revents: 0)
        _ = poll(&entry, 1, -1)
    }

    /// Whether lines are left although the descriptor is not readable.
    package var hasMore: Bool { !pending.isEmpty }

    /// The last `count` lines of each instance, merged; following goes on behind them.
    package func begin(last count: Int) throws(SystemError) -> [LogLine] {
        var lines: [LogLine] = []
        for instance in try directory.instances() where isWanted(instance) {
            let files = try directory.files(of: instance)
            let tail = try LogTail(count, of: files, in: directory, wholeLinesOnly: true)
            var state = Followed(sequence: files.finished.last?.sequence ?? 0)
            state.file = files.current
            state.offset = tail.end
            state.previous = tail.lines.last?.time ?? 0
            if let current = files.current { state.inode = try FileStatus.of(current).inode }
            followed[instance] = state
            lines += tail.lines
        }
        return Self.sorted(lines)
    }

    /// The whole lines that came since, merged as far as they came together.
    package func next() throws(SystemError) -> [LogLine] {
        for event in try watcher.next() {
            if event.kind.contains(.overflow) {
                pending.formUnion(try directory.instances().filter(isWanted))
            } else if let name = LogFileName(parsing: event.name), isWanted(name.instance) {
                pending.insert(name.instance)
            }
        }
        var lines: [LogLine] = []
        for instance in pending.sorted(by: LogDirectory.isBefore) {
            var state = followed[instance] ?? Followed()
            if try read(instance, &state, into: &lines) { pending.remove(instance) }
            followed[instance] = state
        }
        return Self.sorted(lines)
    }

    /// Reads what there is; false when a bound was reached first.
    private func read(_ instance: String, _ state: inout Followed, into lines: inout [LogLine]) throws(SystemError)
        -> Bool
    {
        guard try drain(instance, &state, into: &lines) else { return false }
        let now = try? FileStatus.of("\(instance).log", in: directory.descriptor)
        guard let now, state.file == nil || now.inode != state.inode else {
            if let now, now.size < state.offset { state.offset = now.size }
            return true
        }
        // The writer has gone on to another file: the rest of the old one, those in between, then the new one.
        guard try drain(instance, &state, into: &lines) else { return false }
        let files = try directory.files(of: instance)
        let ownNumber = state.file == nil ? state.sequence : state.sequence + 1
        for file in files.finished where file.sequence > ownNumber {
            guard let opened = directory.openIfPresent(file.name) else { continue }
            var reader = try LogFileReader(
                opened, named: file.name, instance: instance, isCompressed: file.isCompressed, previous: state.previous)
            while let line = try reader.next() {
                state.previous = line.time
                lines.append(line)
            }
        }
        state.sequence = max(ownNumber, files.finished.last?.sequence ?? 0)
        state.file = files.current
        state.offset = 0
        state.partial = []
        state.inode = try files.current.map { (file) throws(SystemError) in try FileStatus.of(file).inode } ?? 0
        return try drain(instance, &state, into: &lines)
    }

    private func drain(_ instance: String, _ state: inout Followed, into lines: inout [LogLine]) throws(SystemError)
        -> Bool
    {
        guard let file = state.file else { return true }
        // 64 chunks of 64 KB: others want their turn, and memory has an end.
        for _ in 0..<64 {
            let offset = state.offset
            var failure: SystemError?
            let chunk = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
                do throws(SystemError) {
                    count = try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            if chunk.isEmpty { return true }
            state.offset += chunk.count
            var start = 0
            while let newline = chunk[start...].firstIndex(of: 0x0A) {
                let bytes = state.partial + chunk[start..<newline]
                state.partial = []
                let line = LogLine(instance: instance, bytes: bytes, previous: state.previous)
                state.previous = line.time
                lines.append(line)
                start = newline + 1
            }
            state.partial += chunk[start...]
        }
        return false
    }

    /// By time; lines of the same time keep the order in which they were found.
    private static func sorted(_ lines: [LogLine]) -> [LogLine] {
        lines.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }
}
