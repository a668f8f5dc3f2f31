/// What the name of a file in the log directory says: whose it is, and which of its files.
package struct LogFileName: Hashable, Sendable {
    /// The instance whose output it holds.
    package var instance: String
    /// The number of a finished file, counting up; nil for the one being written.
    package var sequence: Int?
    /// Whether it is compressed with gzip.
    package var isCompressed: Bool

    /// Makes a name.
    package init(instance: String, sequence: Int? = nil, isCompressed: Bool = false) {
        self.instance = instance
        self.sequence = sequence
        self.isCompressed = isCompressed
    }

    /// Reads `web@1.log`, `web@1.log.000002` or `web@1.log.000002.gz`; nil for any other file.
    package init?(parsing name: String) {
        var rest = name[...]
        if rest.hasSuffix(".log"), rest.utf8.count > 4 {
            self.init(instance: String(rest.dropLast(4)))
            return
        }
        let isCompressed = rest.hasSuffix(".gz")
        if isCompressed { rest = rest.dropLast(3) }
        guard let dot = rest.lastIndex(of: ".") else { return nil }
        let digits = rest[rest.index(after: dot)...]
        let stem = rest[..<dot]
        guard digits.utf8.count >= 6, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let sequence = Int(digits),
            stem.hasSuffix(".log"), stem.utf8.count > 4
        else { return nil }
        self.init(instance: String(stem.dropLast(4)), sequence: sequence, isCompressed: isCompressed)
    }

    /// The service's part of the instance's name: `web` of `web@1`.
    package var service: String { Self.service(of: instance) }

    /// The service's part of an instance's name.
    package static func service(of instance: String) -> String {
        guard let mark = instance.lastIndex(of: "@") else { return instance }
        return String(instance[..<mark])
    }
}
