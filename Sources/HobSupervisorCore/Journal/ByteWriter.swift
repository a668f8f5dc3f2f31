/// Appends numbers and short texts to a buffer of fixed size, little-endian; what does not fit is left out and noticed.
package struct ByteWriter {
    private let target: UnsafeMutableRawBufferPointer
    /// How many bytes were written.
    package private(set) var count = 0
    /// Whether something did not fit.
    package private(set) var isOverfull = false
    /// How many bytes of a sentence are kept.
    let longestText: Int

    /// Makes a writer of a buffer.
    package init(_ target: UnsafeMutableRawBufferPointer, longestText: Int = 255) {
        self.target = target
        self.longestText = longestText
    }

    /// Appends a number.
    package mutating func put(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { append($0) }
    }

    /// Appends a boolean.
    package mutating func put(_ value: Bool) {
        put(value ? 1 as UInt8 : 0)
    }

    /// Appends at most `limit` bytes of a text, cut between characters, with its length before it.
    package mutating func put(_ text: String, limit: Int) {
        var kept = Substring(text)
        while kept.utf8.count > min(limit, 255) { kept.removeLast() }
        put(UInt8(truncatingIfNeeded: kept.utf8.count))
        for byte in kept.utf8 { put(byte) }
    }

    /// Appends whether there is a value, and the value.
    package mutating func put(_ value: (some FixedWidthInteger)?) {
        put(value != nil)
        if let value { put(value) }
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let base = target.baseAddress, count + bytes.count <= target.count, let source = bytes.baseAddress else {
            isOverfull = true
            return
        }
        (base + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }
}
