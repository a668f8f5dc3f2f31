/// Takes numbers and texts from bytes that may be damaged: a read beyond the end fails, nothing traps.
package struct ByteReader {
    /// The bytes end too early, or hold what cannot be.
    package struct Damaged: Error {}

    private let source: UnsafeRawBufferPointer
    private var position = 0

    /// Makes a reader of bytes.
    package init(_ source: UnsafeRawBufferPointer) {
        self.source = source
    }

    /// Takes a number.
    package mutating func take<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(Damaged) -> Number {
        let size = MemoryLayout<Number>.size
        guard position + size <= source.count else { throw Damaged() }
        defer { position += size }
        return Number(littleEndian: source.loadUnaligned(fromByteOffset: position, as: Number.self))
    }

    /// Takes a boolean.
    package mutating func takeFlag() throws(Damaged) -> Bool {
        switch try take(UInt8.self) {
        case 0: false
        case 1: true
        default: throw Damaged()
        }
    }

    /// Takes a text.
    package mutating func takeText() throws(Damaged) -> String {
        let length = Int(try take(UInt8.self))
        guard position + length <= source.count else { throw Damaged() }
        defer { position += length }
        let bytes = UnsafeRawBufferPointer(rebasing: source[position..<(position + length)])
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Damaged() }
        return text
    }

    /// Takes a number that may not be there.
    package mutating func takeOptional<Number: FixedWidthInteger>(
        _ type: Number.Type = Number.self
    ) throws(Damaged) -> Number? {
        try takeFlag() ? try take(type) : nil
    }
}
