import Glibc
import HobSystem

/// Whether a process that somebody else has started can be seen to be our daemon.
///
/// Asked only for the pid of the pid file. Any one of these is enough: it runs the start command's very words; it
/// listens where the ping goes; it has the log or the pid file open for writing.
struct DaemonEvidence {
    private let facts: DaemonFacts

    init(_ facts: DaemonFacts) {
        self.facts = facts
    }

    func suggests(_ pid: Int32) -> Bool {
        runsTheCommand(pid) || listensForThePing(pid) || writesItsFiles(pid)
    }

    private func runsTheCommand(_ pid: Int32) -> Bool {
        guard case .command(.words(let words)) = facts.configuration.startCommand, words.count > 1,
            let text = try? Descriptor.open("/proc/\(pid)/cmdline").readAll(limit: 1 << 20)
        else { return false }
        let actual = text.split(separator: 0, omittingEmptySubsequences: false).dropLast()
            .map { String(decoding: $0, as: UTF8.self) }
        guard let program = words.first?.split(separator: "/").last else { return false }
        // An interpreter may stand before a script's name.
        guard let start = actual.firstIndex(where: { $0.split(separator: "/").last == program }) else { return false }
        return Array(actual[(start + 1)...]) == Array(words.dropFirst())
    }

    private func listensForThePing(_ pid: Int32) -> Bool {
        guard case .tcp(_, let port) = facts.configuration.ping else { return false }
        let tree = [pid] + ProcessTree.descendants(of: pid)
        return (try? PortHolder.isListening(port: port, anyOf: tree)) == true
    }

    private func writesItsFiles(_ pid: Int32) -> Bool {
        var paths = [facts.configuration.pidFile]
        if case .file(let path) = facts.log { paths.append(path) }
        let files = paths.compactMap { try? FileStatus.of($0, followingLinks: true) }
        guard let directory = try? Descriptor.open("/proc/\(pid)/fd", flags: [.readOnly, .directory]),
            let names = try? directory.names()
        else { return false }
        return names.contains { name in
            guard let open = try? FileStatus.of(name, in: directory, followingLinks: true),
                files.contains(where: { $0.device == open.device && $0.inode == open.inode })
            else { return false }
            return Self.isForWriting(pid, name)
        }
    }

    /// Readers of a log are many.
    private static func isForWriting(_ pid: Int32, _ descriptor: String) -> Bool {
        guard let text = try? Descriptor.open("/proc/\(pid)/fdinfo/\(descriptor)").readAll(limit: 4096) else {
            return false
        }
        for line in text.split(separator: 10) where line.starts(with: "flags:".utf8) {
            let digits = String(decoding: line.dropFirst(6).filter { $0 > 32 }, as: UTF8.self)
            return (Int32(digits, radix: 8) ?? 0) & O_ACCMODE != O_RDONLY
        }
        return false
    }
}
