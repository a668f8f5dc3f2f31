/// When a log file is finished, and which finished ones go.
package struct LogRotationPolicy: Hashable, Sendable {
    /// The size at which a file is finished at the next line end; 0 never.
    package var maximumBytes: Int64
    /// The age at which a file is finished with the next line; nil never.
    package var maximumAge: Duration?
    /// How many finished files stay.
    package var keep: Int

    /// Makes the policy of a definition.
    package init(_ definition: LogDefinition) {
        self.init(
            maximumBytes: definition.rotateBytes, maximumAge: definition.rotateAge, keep: definition.keep)
    }

    /// Makes a policy.
    package init(maximumBytes: Int64, maximumAge: Duration? = nil, keep: Int) {
        self.maximumBytes = max(0, maximumBytes)
        self.maximumAge = maximumAge
        self.keep = max(0, keep)
    }

    /// Whether a file of this length and age is finished, now that a new line is about to begin.
    ///
    /// An empty file never is. A negative age (the clock was set back) is no age.
    package func isDue(length: Int64, age: Duration) -> Bool {
        guard length > 0 else { return false }
        return maximumBytes > 0 && length >= maximumBytes || isOld(length: length, age: age)
    }

    /// Whether a file of this length is due by its age alone.
    package func isOld(length: Int64, age: Duration) -> Bool {
        guard let maximumAge, length > 0 else { return false }
        return age >= maximumAge
    }

    /// Whether a file is finished even within a line: at twice its size, a line without end must not fill the disk.
    package func isOverdue(length: Int64) -> Bool {
        maximumBytes > 0 && length / 2 >= maximumBytes
    }

    /// How many bytes a file of this length takes before it is due; `Int.max` without a limit.
    package func room(length: Int64) -> Int {
        guard maximumBytes > 0 else { return .max }
        return Int(clamping: max(0, maximumBytes - length))
    }

    /// The number of the next finished file: one more than the highest there is, so that gaps are never filled.
    package static func nextSequence(after existing: some Sequence<Int>) -> Int {
        (existing.max() ?? 0) + 1
    }

    /// Which of the finished files go, the oldest first.
    package func superseded(_ existing: some Sequence<Int>) -> [Int] {
        let sorted = Set(existing).sorted()
        return Array(sorted.dropLast(keep))
    }
}
