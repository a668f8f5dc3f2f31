/// Where the values of a map lie.
///
/// Keys are mostly asked for in the order in which they were written, so the next one is looked at first. A large map
/// gets a table, so that no message makes its reading quadratic.
final class MapIndex {
    private struct Entry {
        var key: Range<Int>
        var value: Int
    }

    let source: DecodingSource
    private var entries: [Entry] = []
    private var table: [String: Int] = [:]
    private var next = 0
    private static let mostWithoutTable = 16

    init(_ source: DecodingSource, at offset: Int, _ path: CodingPath) throws {
        self.source = source
        let head = try source.head(at: offset, path)
        guard head.type == .map else { throw source.mismatch([String: Any].self, head, path) }
        let count = Int(head.argument)
        var offset = head.end
        for _ in 0..<count {
            let key = try source.head(at: offset, path)
            guard key.type == .text else {
                throw source.corrupted(path, "keys are texts, and one is \(key.name)")
            }
            let text = key.end..<key.end + Int(key.argument)
            entries.append(Entry(key: text, value: text.upperBound))
            offset = source.end(of: text.upperBound)
        }
        if count > Self.mostWithoutTable {
            try makeTable(path)
        } else {
            try refuseDoubles(path)
        }
    }

    /// Where the value of a key begins; nil when there is none.
    func offset(of key: String) -> Int? {
        if entries.indices.contains(next), source.isText(key, in: entries[next].key) {
            defer { next += 1 }
            return entries[next].value
        }
        // Asked for again: contains, then nil or not, then the value.
        if next > 0, source.isText(key, in: entries[next - 1].key) { return entries[next - 1].value }
        let found = table.isEmpty ? entries.firstIndex { source.isText(key, in: $0.key) } : table[key]
        guard let found else { return nil }
        next = found + 1
        return entries[found].value
    }

    /// Every key that is text indeed, in order.
    var keys: [String] { entries.compactMap { source.text(in: $0.key) } }

    private func makeTable(_ path: CodingPath) throws {
        table.reserveCapacity(entries.count)
        for (index, entry) in entries.enumerated() {
            guard let key = source.text(in: entry.key) else { throw source.corrupted(path, "a key is not UTF-8") }
            guard table.updateValue(index, forKey: key) == nil else { throw double(key, path) }
        }
    }

    private func refuseDoubles(_ path: CodingPath) throws {
        for (index, entry) in entries.enumerated() {
            guard let key = source.text(in: entry.key) else { throw source.corrupted(path, "a key is not UTF-8") }
            guard !entries[..<index].contains(where: { source.isText(key, in: $0.key) }) else {
                throw double(key, path)
            }
        }
    }

    private func double(_ key: String, _ path: CodingPath) -> DecodingError {
        source.corrupted(path, "the key \(key) is there twice")
    }
}
