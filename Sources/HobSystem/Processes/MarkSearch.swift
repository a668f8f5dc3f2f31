import CHobSystem
import Glibc

/// Looks for one ``ProcessMark`` at many processes: what is the same for all of them is made once.
final class MarkSearch {
    private enum Token {
        case same, other, none
    }

    private let mark: ProcessMark
    private let prefix: [UInt8]
    private let entry: [UInt8]
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)

    init(_ mark: ProcessMark) {
        self.mark = mark
        prefix = Array("\0\(ProcessMark.variable)=".utf8)
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
        switch token(of: pid) {
        case .same: break
        case .other: return false
        case .none: guard isTagged || hasLockFile(pid) else { return false }
        }
        guard let facts = ProcessFacts.of(pid: pid), !facts.isZombie else { return false }
        return facts.startTime >= since ?? 0
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

    /// Reads the environment, which may be long, piece by piece up to the variable.
    private func token(of pid: Int32) -> Token {
        let file = ProcFile.withPath(pid, "environ") { ProcFile.open($0, O_RDONLY) }
        guard file >= 0 else { return .none }
        defer { close(file) }
        // An entry begins behind a zero byte, so the first one gets one, too.
        buffer[0] = 0
        var kept = 1
        while true {
            let count = invoke(.read) {
                Glibc.read(file, buffer.baseAddress.map { $0 + kept }, buffer.count - kept)
            }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<(kept + max(0, count))])
            if let start = position(in: bytes), bytes.count - start >= entry.count || count <= 0 {
                return bytes[start...].starts(with: entry) ? .same : .other
            }
            guard count > 0 else { return .none }
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
