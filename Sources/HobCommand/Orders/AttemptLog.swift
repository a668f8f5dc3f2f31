import HobClient
import HobSystem

/// What an instance wrote since an attempt to start it began.
struct AttemptLog {
    /// The ends of the current log files before an order, for logs without stamps.
    private struct Mark {
        var inode: UInt64
        var size: Int
    }

    private let path: String
    private var marks: [String: Mark] = [:]

    /// Notes where the logs end now; take it before the order is sent.
    init(_ scope: Scope) {
        path = scope.logsDirectory
        guard let directory = try? LogDirectory(path), let instances = try? directory.instances() else { return }
        for instance in instances {
            guard let status = try? FileStatus.of("\(instance).log", in: directory.descriptor) else { continue }
            marks[instance] = Mark(inode: status.inode, size: status.size)
        }
    }

    /// The lines, without their stamps.
    func lines(of instance: String, from start: Int64, to end: Int64 = .max) -> [String] {
        guard let directory = try? LogDirectory(path), let files = try? directory.files(of: instance),
            let tail = try? LogTail(500, of: files, in: directory)
        else { return [] }
        let lines =
            tail.lines.contains(where: \.hasStamp)
            ? tail.lines.filter { $0.time >= start && $0.time <= end }
            : Array(tail.lines.suffix(unstampedCount(instance, files)))
        return lines.map { StatusTable.printable(String(decoding: $0.text, as: UTF8.self)) }
    }

    /// How many lines stand behind the mark of a log without stamps.
    private func unstampedCount(_ instance: String, _ files: LogDirectory.Files) -> Int {
        guard let current = files.current, let status = try? FileStatus.of(current) else { return 0 }
        var start = 0
        if let mark = marks[instance], mark.inode == status.inode { start = min(mark.size, status.size) }
        var bytes = [UInt8](repeating: 0, count: min(status.size - start, 1 << 20))
        let count = bytes.withUnsafeMutableBytes { (try? current.read(into: $0, at: start)) ?? 0 }
        return bytes[..<count].split(separator: 0x0A).count
    }
}
