/// What a next life must know of the scope as a whole.
package struct ScopeEntry: Hashable, Sendable {
    /// The number of the applied set.
    package var revision: Int
    /// How many definitions were ever numbered.
    package var definitions: UInt64
    /// Everything is being stopped, and the supervisor ends after that.
    package var isShuttingDown: Bool

    /// Makes an entry.
    package init(revision: Int, definitions: UInt64, isShuttingDown: Bool) {
        self.revision = revision
        self.definitions = definitions
        self.isShuttingDown = isShuttingDown
    }

    /// Writes the entry, and says how many bytes that took.
    package func write(to target: UnsafeMutableRawBufferPointer) -> Int {
        var writer = ByteWriter(target)
        writer.put(Int64(revision))
        writer.put(definitions)
        writer.put(isShuttingDown)
        return writer.isOverfull ? 0 : writer.count
    }

    /// Reads an entry.
    package init(from bytes: UnsafeRawBufferPointer) throws(ByteReader.Damaged) {
        var reader = ByteReader(bytes)
        revision = Int(try reader.take(Int64.self))
        definitions = try reader.take()
        isShuttingDown = try reader.takeFlag()
    }
}
