import HobSupervisorCore

/// The rows of the runtime journal, and the entries in them, after whatever has happened to the file.
enum JournalBytes {
    private static let copySize = 1_024

    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        guard let kind = bytes.first else { return }
        let body = Array(bytes.dropFirst())
        switch kind % 4 {
        case 0: try checkEntry(body, ScopeEntry.init(from:)) { $0.write(to: $1) }
        case 1: try checkEntry(body, ServiceEntry.init(from:)) { $0.write(to: $1) }
        case 2: try checkEntry(body, InstanceEntry.init(from:)) { $0.write(to: $1) }
        default: try checkRow(body)
        }
    }

    /// What can be read is written so that it can be read again. Counts and lists are cut to a bound when they are
    /// written, so it is the second writing that must be the same.
    private static func checkEntry<Entry>(
        _ bytes: [UInt8], _ read: (UnsafeRawBufferPointer) throws(ByteReader.Damaged) -> Entry,
        _ write: (Entry, UnsafeMutableRawBufferPointer) -> Int
    ) throws(FuzzFinding) {
        guard let entry = bytes.withUnsafeBytes({ try? read($0) }) else { return }
        func encode(_ entry: Entry) -> [UInt8] {
            var target = [UInt8](repeating: 0, count: 8 * copySize)
            let count = target.withUnsafeMutableBytes { write(entry, $0) }
            return Array(target.prefix(count))
        }
        let written = encode(entry)
        try promise(!written.isEmpty, "\(entry) does not fit")
        guard let again = written.withUnsafeBytes({ try? read($0) }) else {
            throw FuzzFinding("an entry cannot be read back: \(entry)")
        }
        try promise(encode(again) == written, "an entry reads back as another: \(entry)")
    }

    /// A row of two copies is read, or refused; what it finds lies within one of them.
    private static func checkRow(_ bytes: [UInt8]) throws(FuzzFinding) {
        let size = 64
        let padded = bytes + [UInt8](repeating: 0, count: max(0, 2 * size + 8 - bytes.count))
        let lengths = padded.withUnsafeBytes { (all) -> [Int] in
            let committed = all.loadUnaligned(as: UInt64.self)
            var row = JournalRow()
            let copies = (
                UnsafeRawBufferPointer(rebasing: all[8..<(8 + size)]),
                UnsafeRawBufferPointer(rebasing: all[(8 + size)..<(8 + 2 * size)])
            )
            guard let loaded = try? row.load(copies, committed: committed) else { return [] }
            return [loaded.body?.count ?? 0, loaded.dead.count]
        }
        if let length = lengths.first {
            try promise(length <= size - JournalRow.headerSize, "a body of \(length) bytes in a copy of \(size)")
        }
    }
}
