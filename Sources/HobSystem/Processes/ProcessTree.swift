import CHobSystem
import Glibc

/// Who descends from whom, read from /proc.
///
/// A scan is a snapshot of something that moves: whoever must reach every process scans, signals and scans again
/// until a scan finds nobody.
package enum ProcessTree {
    /// The children of a process, of all its threads, zombies included.
    package static func children(of pid: Int32) -> [Int32] {
        guard pid > 0 else { return [] }
        var children: [Int32] = []
        if appendChildren(of: pid, to: &children) { return children }
        return parents().compactMap { $0.parent == pid ? $0.pid : nil }
    }

    /// All descendants of a process, parents before children, without itself.
    package static func descendants(of pid: Int32) -> [Int32] {
        var found: [Int32] = []
        appendDescendants(of: pid, to: &found)
        return found
    }

    /// The children of our leader thread: as a subreaper clones only on other threads, these are the orphans that
    /// the kernel handed to us.
    ///
    /// Throws when nobody can look at the moment: that no orphan was seen must not be taken for there being none.
    package static func orphansOfSelf() throws(SystemError) -> [Int32] {
        let own = getpid()
        var orphans: [Int32] = []
        var failure: Int32 = 0
        if ownChildren >= 0, appendChildren(in: ownChildren, to: &orphans, failure: &failure) { return orphans }
        orphans = []
        failure = 0
        let isKnown = appendChildren(of: own, task: own, to: &orphans, failure: &failure)
        guard failure == 0 else { throw .process("look for the orphans of", own, failure) }
        return isKnown ? orphans : children(of: own)
    }

    /// The tag (hard RLIMIT_LOCKS) of a process; nil when it has none or is gone.
    package static func tag(of pid: Int32) -> UInt64? {
        (try? knownTag(of: pid)) ?? nil
    }

    /// The same for who acts on "it has none"; throws when nobody can look at the moment.
    package static func knownTag(of pid: Int32) throws(SystemError) -> UInt64? {
        guard pid > 0 else { return nil }
        var hard: UInt64 = 0
        let result = invoke(.prlimit) { hob_prlimit(pid, Resource.locks.number, nil, nil, nil, &hard) }
        if result >= 0 { return hard == UInt64.max ? nil : hard }
        if result == -ESRCH { return nil }
        // Another user's process: its limits file can be read all the same.
        return try ProcFile.readSurely(pid, "limits") { bytes in tag(inLimits: bytes) }
    }

    /// The living processes of a service's tree: its main process and that one's descendants, and those orphans of
    /// `reapers` (default: of this process) whose tag matches, with theirs. Zombies are left out.
    package static func members(
        main: Int32?, orphansOf reapers: [Int32]? = nil, matching: (UInt64) -> Bool
    ) -> [Int32] {
        var found: [Int32] = []
        if let main, main > 0 {
            found.append(main)
            appendDescendants(of: main, to: &found)
        }
        var orphans: [Int32] = []
        if let reapers {
            for reaper in reapers { orphans.append(contentsOf: children(of: reaper)) }
        } else {
            orphans = (try? orphansOfSelf()) ?? []
        }
        for orphan in orphans where orphan != main {
            guard let tag = tag(of: orphan), matching(tag) else { continue }
            found.append(orphan)
            appendDescendants(of: orphan, to: &found)
        }
        var seen = Set<Int32>()
        return found.filter { pid in
            guard seen.insert(pid).inserted, let facts = ProcessFacts.of(pid: pid) else { return false }
            return !facts.isZombie
        }
    }

    /// Every living process of the machine whose tag matches; the slow way, for who has lost the tree.
    package static func everyone(matching: (UInt64) -> Bool) -> [Int32] {
        processes().filter { pid in
            guard let tag = tag(of: pid), matching(tag), let facts = ProcessFacts.of(pid: pid) else { return false }
            return !facts.isZombie
        }
    }

    /// The living processes of the machine whose tag matches and that descend from none of these; the slow way, too.
    ///
    /// Processes of another pid namespace are left out: a supervisor in a container may mark its own alike. Throws when
    /// nobody can look at the moment: that nobody was seen must not be taken for there being nobody.
    package static func outsiders(
        of roots: Set<Int32>, matching: (UInt64) -> Bool
    ) throws(SystemError) -> [(pid: Int32, tag: UInt64)] {
        var failure: Int32 = 0
        let all = pids(in: "/proc", failure: &failure) ?? []
        guard failure == 0 else { throw .file("list", "/proc", failure) }
        var found: [(pid: Int32, tag: UInt64)] = []
        for pid in all {
            guard let tag = try knownTag(of: pid), matching(tag), let facts = try ProcessFacts.known(of: pid),
                !facts.isZombie, try !isInside(pid, facts.parent, roots), try isOfOurNamespace(pid)
            else { continue }
            found.append((pid: pid, tag: tag))
        }
        return found
    }

    private static func isInside(_ pid: Int32, _ parent: Int32, _ roots: Set<Int32>) throws(SystemError) -> Bool {
        var (ancestor, steps) = (pid, 0)
        var next = parent
        while true {
            if roots.contains(ancestor) { return true }
            // The walk moves while others end; more steps than any tree is deep are no way to a root.
            guard next > 0, steps < 4_096 else { return false }
            ancestor = next
            steps += 1
            next = try ProcessFacts.known(of: ancestor)?.parent ?? 0
        }
    }

    /// Whether it has one number only; those of a namespace below ours have one for each level.
    private static func isOfOurNamespace(_ pid: Int32) throws(SystemError) -> Bool {
        let count = try ProcFile.readSurely(pid, "status") { bytes -> Int? in
            let label: StaticString = "NSpid:"
            guard let start = label.withUTF8Buffer({ position(of: $0, in: bytes) }) else { return nil }
            var (at, count) = (start + label.utf8CodeUnitCount, 0)
            while ProcFile.number(in: bytes, at: &at) != nil { count += 1 }
            return count
        }
        return (count ?? 1) <= 1
    }

    /// The pids of all processes.
    package static func processes() -> [Int32] {
        pids(in: "/proc") ?? []
    }

    private static func parents() -> [(pid: Int32, parent: Int32)] {
        processes().compactMap { pid in ProcessFacts.of(pid: pid).map { (pid: pid, parent: $0.parent) } }
    }

    private static func appendDescendants(of pid: Int32, to found: inout [Int32]) {
        // Breadth first over the array itself; the set guards against a pid that comes back during the walk.
        var seen: Set<Int32> = [pid]
        var queue = [pid]
        var next = 0
        while next < queue.count {
            for child in children(of: queue[next]) where seen.insert(child).inserted {
                found.append(child)
                queue.append(child)
            }
            next += 1
        }
    }

    /// Appends the children of all threads; false when this kernel has no such file.
    private static func appendChildren(of pid: Int32, to children: inout [Int32]) -> Bool {
        if hasNoChildrenFile { return false }
        let tasks = ProcFile.withPath(pid, "task") { pids(in: String(cString: $0)) }
        var failure: Int32 = 0
        for task in tasks ?? [] { _ = appendChildren(of: pid, task: task, to: &children, failure: &failure) }
        return true
    }

    private static func appendChildren(
        of pid: Int32, task: Int32, to children: inout [Int32], failure: inout Int32
    ) -> Bool {
        let path = "/proc/\(pid)/task/\(task)/children"
        let file = ProcFile.open(path, O_RDONLY)
        guard file >= 0 else {
            // A process that is gone has no children; anything else means that nobody has looked.
            if file != -ENOENT && file != -ESRCH { failure = -file }
            return !hasNoChildrenFile
        }
        defer { close(file) }
        return appendChildren(in: file, to: &children, failure: &failure)
    }

    /// Reads such a file from its beginning; false when it cannot be read.
    private static func appendChildren(
        in file: Int32, to children: inout [Int32], failure: inout Int32
    ) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: 16_384, alignment: 8) { buffer in
            var kept = 0
            var offset = 0
            while true {
                let count = invoke(.read) {
                    pread(file, buffer.baseAddress.map { $0 + kept }, buffer.count - kept, offset)
                }
                if count < 0 && count != -Int(ESRCH) { failure = Int32(-count) }
                guard count > 0 else { return count == 0 }
                offset += count
                let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<(kept + count)])
                // Every number ends in a space; one that does not is completed by the next read.
                let end = bytes.lastIndex(of: 32).map { $0 + 1 } ?? 0
                let whole = UnsafeRawBufferPointer(rebasing: bytes[..<end])
                var position = 0
                while let value = ProcFile.number(in: whole, at: &position) {
                    children.append(Int32(truncatingIfNeeded: value))
                }
                kept = bytes.count - end
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[end...]))
            }
        }
    }

    /// The list of our leader's children, held open: a supervisor reads it at every end of a process.
    private static let ownChildren: Int32 = {
        let own = getpid()
        let path = "/proc/\(own)/task/\(own)/children"
        return invoke(.open) { hob_open_at(AT_FDCWD, path, O_RDONLY, 0) }
    }()

    private static let hasNoChildrenFile: Bool = {
        let own = getpid()
        return access("/proc/\(own)/task/\(own)/children", R_OK) != 0
    }()

    private static func pids(in path: String) -> [Int32]? {
        var failure: Int32 = 0
        let found = pids(in: path, failure: &failure)
        return found?.isEmpty == true && failure != 0 ? nil : found
    }

    private static func pids(in path: String, failure: inout Int32) -> [Int32]? {
        let directory = ProcFile.open(path, O_RDONLY | O_DIRECTORY)
        guard directory >= 0 else {
            failure = -directory
            return nil
        }
        defer { close(directory) }
        var found: [Int32] = []
        let result = withUnsafeMutablePointer(to: &found) { pointer in
            invoke(.getdents) {
                hob_each_name(directory, pointer) { context, name in
                    if let pid = ProcFile.pid(named: name) {
                        context?.assumingMemoryBound(to: [Int32].self).pointee.append(pid)
                    }
                    return 0
                }
            }
        }
        if result < 0 { failure = Int32(-result) }
        return found
    }

    private static func tag(inLimits bytes: UnsafeRawBufferPointer) -> UInt64? {
        let label: StaticString = "Max file locks"
        return label.withUTF8Buffer { label in
            guard let start = position(of: label, in: bytes) else { return nil }
            var at = start + label.count
            // Soft, then hard; "unlimited" is no tag.
            if ProcFile.number(in: bytes, at: &at) == nil {
                while at < bytes.count, bytes[at] != 32 { at += 1 }
            }
            return ProcFile.number(in: bytes, at: &at)
        }
    }

    private static func position(of needle: UnsafeBufferPointer<UInt8>, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress, let first = needle.baseAddress,
            let found = hob_find(base, bytes.count, first, needle.count)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }
}
