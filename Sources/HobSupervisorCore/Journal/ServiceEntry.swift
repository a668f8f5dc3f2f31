/// What a next life must know of one service besides its instances.
package struct ServiceEntry: Hashable, Sendable {
    /// The number of the definition that its next processes start from.
    package var definition: UInt64
    /// Its place in the order of the file.
    package var position: UInt32
    /// How many instances the operator asked for, where that differs from the file.
    package var scale: Int32?
    /// It is no longer defined, and goes when its instances are gone.
    package var isRetiring: Bool
    /// Whether an instance that is added shall run.
    package var isWanted: Bool

    /// Writes the entry, and says how many bytes that took.
    package func write(to target: UnsafeMutableRawBufferPointer) -> Int {
        var writer = ByteWriter(target)
        writer.put(definition)
        writer.put(position)
        writer.put(scale)
        writer.put(isRetiring)
        writer.put(isWanted)
        return writer.isOverfull ? 0 : writer.count
    }

    /// Reads an entry.
    package init(from bytes: UnsafeRawBufferPointer) throws(ByteReader.Damaged) {
        var reader = ByteReader(bytes)
        definition = try reader.take()
        position = try reader.take()
        scale = try reader.takeOptional()
        isRetiring = try reader.takeFlag()
        isWanted = try reader.takeFlag()
    }

    init(of service: ServiceRecord, position: Int) {
        definition = service.definition.number
        self.position = UInt32(truncatingIfNeeded: position)
        scale = service.scale.map { Int32(clamping: $0) }
        isRetiring = service.isRetiring
        isWanted = service.isWanted
    }
}
