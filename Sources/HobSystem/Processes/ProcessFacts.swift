/// What /proc/PID/stat says of a process.
package struct ProcessFacts: Sendable {
    /// One letter: R running, S sleeping, D uninterruptible, T stopped, Z zombie, X dead …
    package var state: UInt8
    /// The pid of its parent.
    package var parent: Int32
    /// Its process group.
    package var group: Int32
    /// Its session.
    package var session: Int32
    /// Clock ticks from boot to its start.
    package var startTime: UInt64

    /// Whether it was stopped by a signal and hears no other but SIGCONT and SIGKILL.
    package var isStopped: Bool { state == UInt8(ascii: "T") || state == UInt8(ascii: "t") }
    /// Whether it has ended and waits for its parent to ask.
    package var isZombie: Bool { state == UInt8(ascii: "Z") || state == UInt8(ascii: "X") }

    /// The facts of a process; nil when there is none.
    package static func of(pid: Int32) -> ProcessFacts? {
        (try? known(of: pid)) ?? nil
    }

    /// The same for who acts on "there is none"; throws when nobody can look at the moment.
    package static func known(of pid: Int32) throws(SystemError) -> ProcessFacts? {
        guard pid > 0 else { return nil }
        return try ProcFile.readSurely(pid, "stat") { bytes in
            // The name is in parentheses and may hold any byte, parentheses too: the last one ends it.
            guard let end = bytes.lastIndex(of: UInt8(ascii: ")")), end + 2 < bytes.count else { return nil }
            var position = end + 3
            var facts = ProcessFacts(state: bytes[end + 2], parent: 0, group: 0, session: 0, startTime: 0)
            for field in 4...22 {
                while position < bytes.count, bytes[position] == 32 { position += 1 }
                let isNegative = position < bytes.count && bytes[position] == UInt8(ascii: "-")
                if isNegative { position += 1 }
                guard let value = ProcFile.number(in: bytes, at: &position) else { return nil }
                switch field {
                case 4: facts.parent = Int32(truncatingIfNeeded: value)
                case 5: facts.group = Int32(truncatingIfNeeded: value)
                case 6: facts.session = Int32(truncatingIfNeeded: value)
                case 22: facts.startTime = value
                default: break
                }
            }
            return facts
        }
    }

    /// The kernel's name of a process (at most 15 bytes); nil when there is none.
    package static func name(of pid: Int32) -> String? {
        guard pid > 0 else { return nil }
        return ProcFile.read(pid, "comm") { bytes in
            String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self)
        }
    }
}
