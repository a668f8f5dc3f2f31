package import HobSystem

/// Finds the last lines of an instance's log without reading all of it.
package struct LogTail: Sendable {
    /// The lines, oldest first.
    package var lines: [LogLine]
    /// How many bytes of the current file belong to whole lines: where following goes on.
    package var end: Int

    /// Reads the last `count` lines; `wholeLinesOnly` leaves a line without its end to whoever follows.
    package init(
        _ count: Int, of files: LogDirectory.Files, in directory: LogDirectory, wholeLinesOnly: Bool = false
    ) throws(SystemError) {
        var collected: [[UInt8]] = []
        var modified: Int64 = 0
        end = 0
        if let current = files.current {
            let status = try FileStatus.of(current)
            modified = status.modified / 1_000_000
            let tail = try Self.tail(of: current, size: status.size, count: count)
            collected = tail.lines
            end = status.size - tail.partial.count
            if !wholeLinesOnly, !tail.partial.isEmpty, count > 0 { collected.append(tail.partial) }
        }
        for file in files.finished.reversed() where collected.count < count {
            guard let opened = directory.openIfPresent(file.name) else { break }
            let wanted = count - collected.count
            let status = try FileStatus.of(opened)
            if modified == 0 { modified = status.modified / 1_000_000 }
            if file.isCompressed {
                var reader = try LogFileReader(
                    opened, named: file.name, instance: files.instance, isCompressed: true, previous: 0)
                var last: [[UInt8]] = []
                // A damaged old file gives what it can; the last lines are more often asked for than it is.
                while let line = (try? reader.next()) ?? nil {
                    last.append(line.bytes)
                    // Dropping in batches keeps this linear.
                    if last.count > 2 * wanted + 64 { last.removeFirst(last.count - wanted) }
                }
                collected = last.suffix(wanted) + collected
            } else {
                let tail = try Self.tail(of: opened, size: status.size, count: wanted)
                let partial = tail.partial.isEmpty ? [] : [tail.partial]
                collected = (tail.lines + partial).suffix(wanted) + collected
            }
        }
        lines = []
        var previous: Int64 = 0
        for bytes in collected.suffix(count) {
            var line = LogLine(instance: files.instance, bytes: bytes, previous: previous)
            if lines.isEmpty, !line.hasStamp { line.time = modified }
            previous = line.time
            lines.append(line)
        }
    }

    /// The last `count` whole lines of a file, and what stands behind them without a line end.
    private static func tail(
        of file: Descriptor, size: Int, count: Int
    ) throws(SystemError) -> (lines: [[UInt8]], partial: [UInt8]) {
        var start = size
        var blocks: [[UInt8]] = []
        var newlines = 0
        // One line end more than lines: the one before the first wanted line.
        while start > 0, newlines <= count {
            let length = min(65_536, start)
            start -= length
            var block = [UInt8](repeating: 0, count: length)
            var failure: SystemError?
            let got = block.withUnsafeMutableBytes { buffer -> Int in
                do throws(SystemError) { return try file.read(into: buffer, at: start) } catch {
                    failure = error
                    return 0
                }
            }
            if let failure { throw failure }
            block.removeLast(length - got)
            newlines += block.reduce(0) { $1 == 0x0A ? $0 + 1 : $0 }
            blocks.append(block)
        }
        let bytes = Array(blocks.reversed().joined())
        var pieces = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        let partial = pieces.popLast() ?? []
        // Unless the whole file was read, the first piece is the end of a line that began before it.
        if start > 0, !pieces.isEmpty { pieces.removeFirst() }
        return (Array(pieces.suffix(count)), partial)
    }
}
