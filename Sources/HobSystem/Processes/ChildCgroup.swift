import CHobSystem
import Glibc

/// A cgroup below our own that holds the processes of one tree.
package struct ChildCgroup: Sendable {
    /// Its name in our own cgroup.
    package let name: String
    /// Its directory, for ``SpawnRequest/cgroup``.
    package let directory: Descriptor

    init(name: String, directory: Descriptor) {
        self.name = name
        self.directory = directory
    }

    /// The processes in it and in the cgroups that these have made below, zombies left out.
    package func processes() throws(SystemError) -> [Int32] {
        var found: [Int32] = []
        try visit(directory) { (group) throws(SystemError) in found += try Self.processes(in: group) }
        return found
    }

    /// Whether nobody is in it.
    package func isEmpty() throws(SystemError) -> Bool {
        try processes().isEmpty
    }

    /// Kills everybody in it; who is being forked just now included.
    ///
    /// Before Linux 5.14 this is a signal to each one, again until there is nobody new; what a process that escapes
    /// the signals forks meanwhile is only found by who calls again.
    package func kill() throws(SystemError) {
        do throws(SystemError) {
            let order = try Descriptor.open("cgroup.kill", in: directory, flags: .writeOnly)
            try order.writeAll("1")
        } catch {
            guard error.code == ENOENT || error.code == EOPNOTSUPP else { throw error }
            try signalAll()
        }
    }

    /// Removes the cgroups below it, the deepest first.
    func removeNested() throws(SystemError) {
        try Self.removeNested(in: directory)
    }

    private func signalAll() throws(SystemError) {
        var signalled: Set<Int32> = []
        while true {
            let found = try processes().filter { !signalled.contains($0) }
            if found.isEmpty { return }
            for pid in found {
                signalled.insert(pid)
                guard let handle = try? ProcessHandle.open(pid: pid) else { continue }
                // Now that the number is held: is it still one of ours?
                guard try processes().contains(pid) else { continue }
                try handle.signal(.kill)
            }
        }
    }

    private func visit(
        _ group: Descriptor, _ body: (Descriptor) throws(SystemError) -> Void
    ) throws(SystemError) {
        try body(group)
        for below in try Self.groups(in: group) { try visit(below.directory, body) }
    }

    private static func processes(in group: Descriptor) throws(SystemError) -> [Int32] {
        let text: String
        do throws(SystemError) {
            let bytes = try Descriptor.open("cgroup.procs", in: group).readAll(limit: 16 << 20)
            text = String(decoding: bytes, as: UTF8.self)
        } catch {
            // Removed since it was found; a threaded one names its processes in the one above.
            guard error.code == ENOENT || error.code == ENODEV || error.code == EOPNOTSUPP else { throw error }
            return []
        }
        // 0 is a process outside our pid namespace.
        return text.split(separator: "\n").compactMap { Int32($0) }.filter { $0 > 0 }
    }

    private static func groups(in group: Descriptor) throws(SystemError) -> [(name: String, directory: Descriptor)] {
        var found: [(name: String, directory: Descriptor)] = []
        for name in try group.names() {
            // All files of a cgroup have a dot in their name; who makes a directory may use one, too.
            guard let below = try? Descriptor.open(name, in: group, flags: [.readOnly, .directory, .noFollow]) else {
                continue
            }
            found.append((name: name, directory: below))
        }
        return found
    }

    private static func removeNested(in group: Descriptor) throws(SystemError) {
        for below in try groups(in: group) {
            try removeNested(in: below.directory)
            try group.removeDirectory(below.name)
        }
    }
}
