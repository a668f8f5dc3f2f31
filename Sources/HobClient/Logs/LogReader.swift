package import HobSystem

/// Reads the lines of one instance through all its files, oldest first.
package struct LogReader: IteratorProtocol {
    private let directory: LogDirectory
    private let instance: String
    private var finished: ArraySlice<LogDirectory.Finished>
    private var current: Descriptor?
    private var file: LogFileReader?
    private var previous: Int64 = 0
    private let report: @Sendable (SystemError) -> Void

    /// Makes a reader; a file that cannot be read is told to `report` and left out.
    package init(
        _ files: LogDirectory.Files, in directory: LogDirectory, report: @escaping @Sendable (SystemError) -> Void
    ) {
        self.directory = directory
        instance = files.instance
        finished = files.finished[...]
        current = files.current
        self.report = report
    }

    /// The next line.
    package mutating func next() -> LogLine? {
        while true {
            do throws(SystemError) {
                if let line = try file?.next() {
                    previous = line.time
                    return line
                }
                guard try openNext() else { return nil }
            } catch {
                report(error)
                file = nil
            }
        }
    }

    private mutating func openNext() throws(SystemError) -> Bool {
        file = nil
        while let next = finished.popFirst() {
            // Files that rotation has removed meanwhile were the oldest: nobody misses them.
            guard let opened = directory.openIfPresent(next.name) else { continue }
            file = try LogFileReader(
                opened, named: next.name, instance: instance, isCompressed: next.isCompressed, previous: previous)
            return true
        }
        guard let last = current else { return false }
        current = nil
        file = try LogFileReader(
            last, named: "\(instance).log", instance: instance, isCompressed: false, previous: previous)
        return true
    }
}
