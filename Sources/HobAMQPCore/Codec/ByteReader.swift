/// Reads numbers, strings and tables from bytes that somebody else owns, never beyond their end.
///
/// It lives only inside the closure that lends the bytes (`ByteBuffer.withUnsafeReadableBytes`, an array's own), so
/// that a frame is decoded where the socket put it.
package struct ByteReader {
    private let bytes: UnsafeRawBufferPointer
    private var offset = 0

    /// A reader at the beginning of the bytes, which must outlive it.
    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// How much is left.
    package var remaining: Int { bytes.count - offset }

    /// The bytes that are left.
    var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[offset...]) }

    /// The next bytes, which must be there.
    private mutating func take(_ count: Int, _ what: StaticString) throws(AMQPProtocolError) -> UnsafeRawBufferPointer {
        guard count <= remaining else {
            throw AMQPProtocolError(.syntaxError, "\(what) needs \(count) bytes and has \(remaining)")
        }
        let start = offset
        offset += count
        return UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
    }

    private mutating func number<Number: FixedWidthInteger>(
        _ type: Number.Type
    ) throws(AMQPProtocolError) -> Number {
        let size = MemoryLayout<Number>.size
        guard size <= remaining else {
            throw AMQPProtocolError(.syntaxError, "a number needs \(size) bytes and has \(remaining)")
        }
        let value = bytes.loadUnaligned(fromByteOffset: offset, as: type)
        offset += size
        return Number(bigEndian: value)
    }

    /// An unsigned number of 8 bits.
    mutating func octet() throws(AMQPProtocolError) -> UInt8 { try number(UInt8.self) }
    /// An unsigned number of 16 bits.
    mutating func short() throws(AMQPProtocolError) -> UInt16 { try number(UInt16.self) }
    /// An unsigned number of 32 bits.
    mutating func long() throws(AMQPProtocolError) -> UInt32 { try number(UInt32.self) }
    /// An unsigned number of 64 bits.
    mutating func longLong() throws(AMQPProtocolError) -> UInt64 { try number(UInt64.self) }

    /// A string of at most 255 bytes. What is not UTF-8 is repaired: a strange routing key must not end a connection.
    mutating func shortString() throws(AMQPProtocolError) -> String {
        let length = Int(try octet())
        return String(decoding: try take(length, "a short string"), as: UTF8.self)
    }

    /// A string of bytes.
    mutating func longString() throws(AMQPProtocolError) -> [UInt8] {
        let length = Int(try long())
        return Array(try take(length, "a long string"))
    }

    /// A table of fields.
    mutating func table() throws(AMQPProtocolError) -> AMQPTable { try table(depth: 0) }

    /// A reader of as many of the next bytes as a length before them says.
    mutating func nested(_ what: StaticString) throws(AMQPProtocolError) -> ByteReader {
        let length = Int(try long())
        return ByteReader(try take(length, what))
    }
}
