import CHobSystem
import Glibc

/// Looks for one ``ProcessMark`` at many processes: what is the same for all of them is made once.
final class MarkSearch {
    private enum Token {
        case same, other, none
        /// There is no environment at all.
        case empty
    }

    /// How often, and after how many microseconds, a process in the midst of an exec is looked at again.
    private static let mostLooks = 50
    private static let pause: UInt32 = 200

    private let mark: ProcessMark
    private let prefix: [UInt8]
    private let entry: [UInt8]
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)

    init(_ mark: ProcessMark) {
        self.mark = mark
        prefix = Array("\0\(mark.variable)=".utf8)
        entry = Array("\0\(mark.environmentEntry)\0".utf8)
    }

    deinit {
        buffer.deallocate()
    }

    /// Whether a living process carries the mark; the cheapest questions come first.
    func finds(_ pid: Int32, since: UInt64?) -> Bool {
        var isTagged = false
        if let tag = mark.tag {
            var hard: UInt64 = 0
            let result = invoke(.prlimit) { hob_prlimit(pid, Resource.locks.number, nil, nil, nil, &hard) }
            // The limit only ever goes down: who has none does not come from the daemon, and most have none.
            guard result >= 0, hard != ResourceLimit.unlimited else { return false }
            isTagged = hard == tag
        }
        // A file of /proc costs some 10 us: this one saves four.
        if let since, !isAlive(pid, since: since) { return false }
        switch settledToken(of: pid) {
        case .same: break
        case .other: return false
        case .none, .empty: guard isTagged || hasLockFile(pid) else { return false }
        }
        return isAlive(pid, since: since ?? 0)
    }

    private func isAlive(_ pid: Int32, since: UInt64) -> Bool {
        guard let facts = ProcessFacts.of(pid: pid) else { return false }
        return !facts.isZombie && facts.startTime >= since
    }

    /// Only 0, 1 and 2 count: a controller that has the lock, or waits for it, has the file open as well, but above.
    private func hasLockFile(_ pid: Int32) -> Bool {
        guard let file = mark.lockFile else { return false }
        for name: StaticString in ["fd/0", "fd/1", "fd/2"] {
            var found = ProcessMark.FileID(device: 0, inode: 0)
            let result = ProcFile.withPath(pid, name) { path in
                invoke(.stat) { hob_known_file(path, &found.device, &found.inode) }
            }
            if result >= 0, found == file { return true }
            // Who may not look at one may not look at the others.
            if result == -EACCES { return false }
        }
        return false
    }

    /// The token of a process that has its memory: in the midst of an exec there is none for some microseconds, after
    /// a spawn has returned, too. No descriptor announces the end of that.
    private func settledToken(of pid: Int32) -> Token {
        for _ in 0..<Self.mostLooks {
            let token = token(of: pid)
            guard token == .empty else { return token }
            // Empty by intention (`env -i`): then there is a command line.
            if ProcFile.read(pid, "cmdline", { $0.isEmpty ? nil : true }) == true { return self.token(of: pid) }
            guard let facts = ProcessFacts.of(pid: pid), !facts.isZombie else { return .none }
            // The kernel's own threads never have one.
            if facts.session == 0 && facts.group == 0 { return .none }
            usleep(Self.pause)
        }
        return .none
    }

    /// Reads the environment, which may be long, piece by piece up to the variable.
    private func token(of pid: Int32) -> Token {
        let file = ProcFile.withPath(pid, "environ") { ProcFile.open($0, O_RDONLY) }
        guard file >= 0 else { return .none }
        defer { close(file) }
        // An entry begins behind a zero byte, so the first one gets one, too.
        buffer[0] = 0
        var kept = 1
        var isFirst = true
        while true {
            let count = invoke(.read) {
                Glibc.read(file, buffer.baseAddress.map { $0 + kept }, buffer.count - kept)
            }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<(kept + max(0, count))])
            if let start = position(in: bytes), bytes.count - start >= entry.count || count <= 0 {
                return bytes[start...].starts(with: entry) ? .same : .other
            }
            guard count > 0 else { return count == 0 && isFirst ? .empty : .none }
            isFirst = false
            // Whatever may be the beginning of the variable, and no more than what leaves room to read.
            let start = position(in: bytes) ?? max(0, bytes.count - prefix.count)
            kept = bytes.count - start
            guard kept < buffer.count else { return .other }
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start...]))
        }
    }

    /// Where the variable's entry begins, with the zero byte before it.
    private func position(in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let base = bytes.baseAddress, let found = hob_find(base, bytes.count, prefix, prefix.count) else {
            return nil
        }
        return UnsafeRawPointer(found) - base
    }
}
