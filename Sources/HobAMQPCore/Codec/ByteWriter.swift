/// Collects what is to be sent in one buffer, which the shell hands to the socket as it is.
package struct ByteWriter: Sendable {
    /// What has been written.
    package private(set) var bytes: [UInt8]

    /// An empty writer.
    ///
    /// - Parameter capacity: bytes it takes before it grows.
    package init(capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// How much has been written.
    package var count: Int { bytes.count }
    /// Whether nothing has been written.
    package var isEmpty: Bool { bytes.isEmpty }

    /// Forgets what has been written and keeps the memory.
    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    /// Takes back what was written since.
    mutating func truncate(to count: Int) { bytes.removeLast(bytes.count - count) }

    private mutating func number(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// An unsigned number of 8 bits.
    mutating func octet(_ value: UInt8) { bytes.append(value) }
    /// An unsigned number of 16 bits.
    mutating func short(_ value: UInt16) { number(value) }
    /// An unsigned number of 32 bits.
    mutating func long(_ value: UInt32) { number(value) }
    /// An unsigned number of 64 bits.
    mutating func longLong(_ value: UInt64) { number(value) }

    /// Bits side by side, the first lowest; at most eight.
    mutating func bits(_ bits: Bool...) {
        var octet: UInt8 = 0
        for (position, bit) in bits.enumerated() where bit { octet |= 1 << UInt8(position) }
        bytes.append(octet)
    }

    /// A string of at most 255 bytes.
    ///
    /// - Parameter what: the field's name, for the error.
    mutating func shortString(_ text: String, _ what: StaticString) throws(AMQPProtocolError) {
        let length = text.utf8.count
        guard length <= 255 else {
            throw AMQPProtocolError(.syntaxError, "\(what) has \(length) bytes and may have 255 at most")
        }
        bytes.append(UInt8(length))
        bytes.append(contentsOf: text.utf8)
    }

    /// A string of bytes.
    mutating func longString(_ value: [UInt8]) {
        long(UInt32(clamping: value.count))
        bytes.append(contentsOf: value)
    }

    /// Bytes as they are.
    mutating func raw(_ value: some Collection<UInt8>) { bytes.append(contentsOf: value) }

    /// A table of fields.
    mutating func table(_ table: AMQPTable) throws(AMQPProtocolError) { try self.table(table, depth: 0) }

    /// Leaves room for a length that is known only when what it counts has been written.
    mutating func beginLength() -> Int {
        long(0)
        return bytes.count
    }

    /// Fills in the length of what was written since.
    mutating func endLength(_ start: Int) {
        let length = UInt32(clamping: bytes.count - start)
        for index in 0..<4 { bytes[start - 4 + index] = UInt8(truncatingIfNeeded: length >> (24 - 8 * UInt32(index))) }
    }
}
