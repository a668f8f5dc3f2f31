/// The search for line ends, sixteen bytes at a time: what memchr does, for code that may not import the C library.
package enum NewlineSearch {
    private static let newline: UInt8 = 0x0a

    /// The index of the first line end among `count` bytes, or nil.
    package static func first(in base: UnsafeRawPointer, count: Int) -> Int? {
        // Compared as vectors of the same kind: against a scalar the compiler calls generic code, ten times slower.
        let pattern = SIMD16<UInt8>(repeating: newline)
        var index = 0
        while index &+ 32 <= count {
            let left = base.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
            let right = base.loadUnaligned(fromByteOffset: index &+ 16, as: SIMD16<UInt8>.self)
            if any((left .== pattern) .| (right .== pattern)) { return index &+ lineEnd(behind: base + index) }
            index &+= 32
        }
        while index < count {
            if base.load(fromByteOffset: index, as: UInt8.self) == newline { return index }
            index &+= 1
        }
        return nil
    }

    /// Copies `count` bytes, or up to and with the first line end among them; the target has room for `count`.
    ///
    /// One pass for search and copy halves the cost of a stamped line. Behind the line end up to 31 bytes of the room
    /// are overwritten, too.
    @inline(__always)
    static func copyLine(
        from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, count: Int
    ) -> (count: Int, endsLine: Bool) {
        // Compared as vectors of the same kind: against a scalar the compiler calls generic code, ten times slower.
        let pattern = SIMD16<UInt8>(repeating: newline)
        var index = 0
        while index &+ 32 <= count {
            let left = source.loadUnaligned(fromByteOffset: index, as: SIMD16<UInt8>.self)
            let right = source.loadUnaligned(fromByteOffset: index &+ 16, as: SIMD16<UInt8>.self)
            target.storeBytes(of: left, toByteOffset: index, as: SIMD16<UInt8>.self)
            target.storeBytes(of: right, toByteOffset: index &+ 16, as: SIMD16<UInt8>.self)
            if any((left .== pattern) .| (right .== pattern)) {
                return (index &+ lineEnd(behind: source + index) &+ 1, true)
            }
            index &+= 32
        }
        while index < count {
            let byte = source.load(fromByteOffset: index, as: UInt8.self)
            target.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
            index &+= 1
            if byte == newline { return (index, true) }
        }
        return (count, false)
    }

    /// The distance to a line end that is known to be near, eight bytes at a time.
    @inline(__always)
    private static func lineEnd(behind base: UnsafeRawPointer) -> Int {
        var index = 0
        while true {
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            // Line ends become zeros, and the lowest top bit then stands in the first zero byte.
            let difference = word ^ 0x0a0a_0a0a_0a0a_0a0a
            let zeros = (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
            if zeros != 0 { return index &+ zeros.trailingZeroBitCount / 8 }
            index &+= 8
        }
    }
}
