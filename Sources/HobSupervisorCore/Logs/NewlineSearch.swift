/// The search for line ends, eight bytes at a time: what memchr does, for code that may not import the C library.
package enum NewlineSearch {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080
    private static let pattern: UInt64 = 0x0a0a_0a0a_0a0a_0a0a

    /// The index of the first line end among `count` bytes, or nil.
    @inline(__always)
    package static func first(in base: UnsafeRawPointer, count: Int) -> Int? {
        var index = 0
        while index &+ 32 <= count {
            // A byte equal to the pattern becomes 0, and only a word with a 0 byte has a top bit set below.
            let found0 = zeros(base, index)
            let found1 = zeros(base, index &+ 8)
            let found2 = zeros(base, index &+ 16)
            let found3 = zeros(base, index &+ 24)
            if found0 | found1 | found2 | found3 != 0 {
                if found0 != 0 { return index &+ found0.trailingZeroBitCount / 8 }
                if found1 != 0 { return index &+ 8 &+ found1.trailingZeroBitCount / 8 }
                if found2 != 0 { return index &+ 16 &+ found2.trailingZeroBitCount / 8 }
                return index &+ 24 &+ found3.trailingZeroBitCount / 8
            }
            index &+= 32
        }
        while index &+ 8 <= count {
            let found = zeros(base, index)
            if found != 0 { return index &+ found.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < count {
            if base.load(fromByteOffset: index, as: UInt8.self) == 0x0a { return index }
            index &+= 1
        }
        return nil
    }

    /// The lowest set bit stands in the first byte that is a line end; bits above it may be false alarms.
    @inline(__always)
    private static func zeros(_ base: UnsafeRawPointer, _ index: Int) -> UInt64 {
        let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ pattern
        return (word &- ones) & ~word & tops
    }
}
