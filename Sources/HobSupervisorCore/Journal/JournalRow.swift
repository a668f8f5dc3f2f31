/// One place of the journal: two copies of an entry, the older of which is overwritten.
///
/// Each copy carries the number of the batch it was written in. A batch counts as soon as the journal's one word says
/// so; until then the copies of the batch before it count. So all entries of a batch change together, or none does.
///
///     copy: batch number (8) · length (4) · checksum (4) · entry
package struct JournalRow: Sendable {
    /// What stands before the entry.
    package static let headerSize = 16

    /// The number of the batch of each copy, as it is in the file; 0 is none.
    private var batches: (UInt64, UInt64) = (0, 0)

    /// Makes a row that was never written.
    package init() {}

    /// Which of the two copies a batch is written to: its own, if it has one already, else the older.
    package mutating func target(of batch: UInt64) -> Int {
        let index = batches.0 == batch ? 0 : batches.1 == batch ? 1 : batches.0 <= batches.1 ? 0 : 1
        if index == 0 { batches.0 = batch } else { batches.1 = batch }
        return index
    }

    /// Completes a copy whose entry has been written behind its header.
    package static func seal(_ copy: UnsafeMutableRawBufferPointer, length: Int, batch: UInt64) {
        copy.storeBytes(of: batch.littleEndian, as: UInt64.self)
        copy.storeBytes(of: UInt32(length).littleEndian, toByteOffset: 8, as: UInt32.self)
        let body = UnsafeRawBufferPointer(rebasing: copy[headerSize..<(headerSize + length)])
        copy.storeBytes(of: checksum(body, batch).littleEndian, toByteOffset: 12, as: UInt32.self)
    }

    /// What was found in a row.
    package struct Loaded {
        /// The newest entry that is whole and of a batch that counts; nil when the row is empty.
        package var body: UnsafeRawBufferPointer?
        /// The number of that entry's batch.
        package var batch: UInt64 = 0
        /// Copies of a batch that never came to count. They must be erased before another batch has their number.
        package var dead: [Int] = []
    }

    /// Reads a row.
    ///
    /// Throws when the row was written and no copy of it can be used.
    package mutating func load(
        _ copies: (UnsafeRawBufferPointer, UnsafeRawBufferPointer), committed: UInt64
    ) throws(ByteReader.Damaged) -> Loaded {
        var loaded = Loaded()
        var newest: (batch: UInt64, body: UnsafeRawBufferPointer)?
        var wasWritten = false
        for (index, copy) in [copies.0, copies.1].enumerated() {
            let batch = UInt64(littleEndian: copy.loadUnaligned(as: UInt64.self))
            guard batch > 0 else { continue }
            guard batch <= committed else {
                loaded.dead.append(index)
                continue
            }
            wasWritten = true
            let length = Int(UInt32(littleEndian: copy.loadUnaligned(fromByteOffset: 8, as: UInt32.self)))
            guard Self.headerSize + length <= copy.count else { continue }
            let body = UnsafeRawBufferPointer(rebasing: copy[Self.headerSize..<(Self.headerSize + length)])
            let sum = UInt32(littleEndian: copy.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
            guard sum == Self.checksum(body, batch) else { continue }
            if index == 0 { batches.0 = batch } else { batches.1 = batch }
            if newest.map({ $0.batch < batch }) ?? true { newest = (batch, body) }
        }
        guard let newest else {
            if wasWritten { throw ByteReader.Damaged() }
            return loaded
        }
        loaded.batch = newest.batch
        loaded.body = newest.body.isEmpty ? nil : newest.body
        return loaded
    }

    /// The batch is part of the sum: an old body under a new number must not pass.
    private static func checksum(_ body: UnsafeRawBufferPointer, _ batch: UInt64) -> UInt32 {
        CRC32.checksum(of: body) ^ withUnsafeBytes(of: batch.littleEndian) { CRC32.checksum(of: $0) }
    }
}
