import CHobSystem
import Glibc

/// A file that says which process a daemon is: its pid on the first line, then what makes the number an identity.
///
/// A pid file alone is never a reason to signal anybody: ask ``verified()``.
package struct PIDFile: Sendable {
    /// Whether the process a pid file names is the one that wrote it.
    package enum Verdict: Sendable, Equatable {
        /// It is, and it runs.
        case running(ProcessIdentity)
        /// It is gone; the number may be somebody else's by now.
        case stale
        /// The file holds a pid only (another program wrote it) and a process of that number runs.
        case unverifiable(pid: Int32)
    }

    /// What a pid file holds.
    package struct Contents: Sendable, Equatable {
        /// The pid of the first line.
        package var pid: Int32
        /// Nil in a file of another program, which has the pid only.
        package var identity: ProcessIdentity?

        /// Contents from their parts.
        package init(pid: Int32, identity: ProcessIdentity?) {
            self.pid = pid
            self.identity = identity
        }
    }

    /// The file's path, relative to `directory` when there is one.
    package let path: String
    /// The directory it is in.
    package let directory: Descriptor?

    /// A pid file at this place, which need not exist.
    package init(_ path: String, in directory: Descriptor? = nil) {
        self.path = path
        self.directory = directory
    }

    /// Writes the file whole or not at all: a temporary file beside it, then rename.
    package func write(_ identity: ProcessIdentity, mode: UInt32 = 0o644) throws(SystemError) {
        try write(
            "\(identity.pid)\nstart-time \(identity.startTime)\nboot-id \(identity.bootID)\n"
                + "pid-namespace \(identity.pidNamespace)\n", mode)
    }

    /// The same with the number only, for programs that take every word of the file for a pid.
    package func writeNumber(_ pid: Int32, mode: UInt32 = 0o644) throws(SystemError) {
        try write("\(pid)\n", mode)
    }

    private func write(_ text: String, _ mode: UInt32) throws(SystemError) {
        let temporary = "\(path).\(getpid()).tmp"
        let place = directory?.raw ?? AT_FDCWD
        _ = invoke(.unlink) { unlinkat(place, temporary, 0) }
        let file = try open(temporary, [.writeOnly, .create, .exclusive, .noFollow], mode)
        do throws(SystemError) {
            // The mode is asked for exactly, whatever the umask.
            try file.changeMode(mode)
            try file.writeAll(text)
            let result = invoke(.rename) { renameat(place, temporary, place, path) }
            guard result >= 0 else { throw .file("rename", "\(temporary) to \(path)", -result) }
        } catch {
            _ = invoke(.unlink) { unlinkat(place, temporary, 0) }
            throw error
        }
    }

    /// Reads the file; nil when there is none. Anything but a pid file is an error that names the line.
    package func read() throws(SystemError) -> Contents? {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try open(path, [.readOnly, .nonBlocking], 0).readAll(limit: 4096)
        } catch {
            if error.code == ENOENT { return nil }
            throw error
        }
        return try Self.parse(String(decoding: bytes, as: UTF8.self), path: path)
    }

    /// Whether the process named by the file runs; nil when there is no file.
    package func verified() throws(SystemError) -> Verdict? {
        guard let contents = try read() else { return nil }
        if let identity = contents.identity { return identity.isAlive ? .running(identity) : .stale }
        guard let facts = ProcessFacts.of(pid: contents.pid), !facts.isZombie else { return .stale }
        return .unverifiable(pid: contents.pid)
    }

    /// Removes the file when it names this process; false when it names another one or is not there.
    @discardableResult
    package func remove(ifOwnedBy identity: ProcessIdentity) throws(SystemError) -> Bool {
        guard let contents = try read(), contents.identity == identity else { return false }
        let result = invoke(.unlink) { unlinkat(directory?.raw ?? AT_FDCWD, path, 0) }
        if result == -ENOENT { return false }
        guard result >= 0 else { throw .file("remove", path, -result) }
        return true
    }

    static func parse(_ text: String, path: String) throws(SystemError) -> Contents {
        func refuse(_ line: Int, _ reason: String) -> SystemError {
            SystemError(code: EINVAL, message: "\(path):\(line): \(reason); remove the file if no daemon uses it")
        }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        guard let first = lines.first, !first.isEmpty else { throw refuse(1, "the file is empty, a pid is expected") }
        guard first.utf8.allSatisfy({ (48...57).contains($0) }), let pid = Int32(first) else {
            throw refuse(1, "\"\(first.prefix(40))\" is not a pid")
        }
        guard pid > 1 else { throw refuse(1, "\(pid) is never the pid of a daemon") }
        if lines.count == 1 { return Contents(pid: pid, identity: nil) }
        var values: [Substring] = []
        for (index, key) in ["start-time", "boot-id", "pid-namespace"].enumerated() {
            guard lines.indices.contains(index + 1) else { throw refuse(lines.count + 1, "\"\(key) …\" is expected") }
            let words = lines[index + 1].split(separator: " ", omittingEmptySubsequences: false)
            guard words.count == 2, words[0] == key, !words[1].isEmpty else {
                throw refuse(index + 2, "\"\(lines[index + 1].prefix(40))\" is not \"\(key) …\"")
            }
            values.append(words[1])
        }
        guard lines.count == 4 else { throw refuse(5, "\"\(lines[4].prefix(40))\" is too much") }
        guard let startTime = UInt64(values[0]) else { throw refuse(2, "\"\(values[0].prefix(40))\" is not a number") }
        guard let namespace = UInt64(values[2]) else { throw refuse(4, "\"\(values[2].prefix(40))\" is not a number") }
        let identity = ProcessIdentity(
            pid: pid, startTime: startTime, bootID: String(values[1]), pidNamespace: namespace)
        return Contents(pid: pid, identity: identity)
    }

    private func open(_ path: String, _ flags: OpenFlags, _ mode: UInt32) throws(SystemError) -> Descriptor {
        guard let directory else { return try Descriptor.open(path, flags: flags, mode: mode) }
        return try Descriptor.open(path, in: directory, flags: flags, mode: mode)
    }
}
