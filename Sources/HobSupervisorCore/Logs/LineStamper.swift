/// Puts a stamp before each line of a stream of raw bytes that comes in pieces of any size.
///
/// Its whole state is whether the next byte begins a line, so it can be taken up again from the last byte of a log
/// file. It works on memory that the caller owns and allocates nothing.
package struct LineStamper: Sendable {
    /// How far one call came.
    package struct Progress: Hashable, Sendable {
        /// How many bytes of the input were used up.
        package var consumed: Int
        /// How many bytes of the output were filled.
        package var produced: Int

        /// Makes a progress.
        package init(consumed: Int, produced: Int) {
            self.consumed = consumed
            self.produced = produced
        }
    }

    /// Whether the next byte begins a line.
    package var isAtLineStart: Bool

    /// Makes a stamper that stands at the start of a line, or within one.
    package init(isAtLineStart: Bool = true) {
        self.isAtLineStart = isAtLineStart
    }

    /// Copies input to output with the stamp before each line that begins in it.
    ///
    /// It stops when the input is used up, when the output is full, or, between two lines, as soon as `limit` bytes
    /// were produced: so a file can be changed there. The output has room for at least a stamp and one byte.
    package mutating func stamp(
        _ input: UnsafeRawBufferPointer, with stamp: LogTimestamp, into output: UnsafeMutableRawBufferPointer,
        stoppingAfter limit: Int = .max
    ) -> Progress {
        guard let source = input.baseAddress, let target = output.baseAddress else {
            return Progress(consumed: 0, produced: 0)
        }
        let count = input.count
        let capacity = output.count
        var consumed = 0
        var produced = 0
        var startsLine = isAtLineStart
        while consumed < count {
            if startsLine {
                if produced >= limit || capacity - produced <= LogTimestamp.length { break }
                stamp.copy(to: target + produced)
                produced += LogTimestamp.length
                startsLine = false
            }
            let room = min(capacity - produced, count - consumed)
            if room == 0 { break }
            let copied = NewlineSearch.copyLine(from: source + consumed, to: target + produced, count: room)
            consumed += copied.count
            produced += copied.count
            startsLine = copied.endsLine
        }
        isAtLineStart = startsLine
        return Progress(consumed: consumed, produced: produced)
    }

    /// How much of the input may be written as it is, without stamps, before the file is to be changed.
    ///
    /// All of it, or as far as the first line end at which at least `limit` bytes are written.
    package mutating func pass(_ input: UnsafeRawBufferPointer, stoppingAfter limit: Int = .max) -> Int {
        guard let source = input.baseAddress, input.count > 0 else { return 0 }
        if isAtLineStart && limit <= 0 { return 0 }
        var length = input.count
        let first = max(limit, 1) - 1
        if first < length, let newline = NewlineSearch.first(in: source + first, count: length - first) {
            length = first + newline + 1
        }
        isAtLineStart = input[length - 1] == UInt8(ascii: "\n")
        return length
    }
}
