/// The names of an instance's log files: `web@1.log`, finished ones `web@1.log.000007` and `web@1.log.000007.gz`.
///
/// A sequence number and no time, since clocks step; numbers only grow, so a finished file never changes its name.
package struct LogFileName: Hashable, Sendable {
    /// What a finished file looks like on disk.
    package enum Form: Hashable, Sendable {
        /// As it was written.
        case plain
        /// Compressed; the name appears only when the content is complete.
        case compressed
        /// A compressed file that is still being made.
        case unfinished
    }

    /// The number; 1 is the first.
    package var sequence: Int
    /// What it looks like on disk.
    package var form: Form

    /// Makes a name.
    package init(sequence: Int, form: Form = .plain) {
        self.sequence = sequence
        self.form = form
    }

    /// The name of the file that is being written.
    package static func current(of instance: String) -> String {
        instance + ".log"
    }

    /// The name in the log directory.
    package func text(of instance: String) -> String {
        let digits = String(sequence)
        let padding = String(repeating: "0", count: max(0, 6 - digits.utf8.count))
        let base = Self.current(of: instance) + "." + padding + digits
        switch form {
        case .plain: return base
        case .compressed: return base + ".gz"
        case .unfinished: return base + ".gz.tmp"
        }
    }

    /// Reads a name of the log directory; nil when it is no finished file of this instance.
    package init?(_ name: String, of instance: String) {
        let prefix = Self.current(of: instance) + "."
        guard name.hasPrefix(prefix), let parsed = Self(suffix: name.dropFirst(prefix.count)) else { return nil }
        self = parsed
    }

    /// Reads a name of the log directory whatever the instance; nil when it is no finished file.
    package static func parse(_ name: String) -> (instance: String, name: LogFileName)? {
        var end = name.endIndex
        // An instance's name may hold ".log." itself: only the last one counts.
        while let dot = name[..<end].lastIndex(of: ".") {
            if name[..<dot].hasSuffix(".log"), let parsed = Self(suffix: name[name.index(after: dot)...]) {
                return (String(name[..<dot].dropLast(4)), parsed)
            }
            end = dot
        }
        return nil
    }

    private init?(suffix: Substring) {
        var digits = suffix
        form = .plain
        if digits.hasSuffix(".gz.tmp") {
            digits = digits.dropLast(7)
            form = .unfinished
        } else if digits.hasSuffix(".gz") {
            digits = digits.dropLast(3)
            form = .compressed
        }
        let isNumber = digits.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard digits.utf8.count >= 6, isNumber, let number = Int(digits), number > 0 else { return nil }
        sequence = number
    }
}
