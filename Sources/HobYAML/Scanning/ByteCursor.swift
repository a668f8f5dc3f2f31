/// Walks over the bytes of a text and knows lines and columns; a step never looks at a byte twice.
struct ByteCursor {
    /// The text.
    let bytes: [UInt8]
    /// The next byte.
    private(set) var offset = 0
    /// The line of the next byte, from 1.
    private(set) var line = 1
    private var lineStart = 0
    /// The last position whose column was counted; the next one is counted from there.
    private var counted = Mark(offset: 0, line: 1, column: 1)

    /// Stands before the first byte.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Whether all bytes were read.
    var isAtEnd: Bool { offset >= bytes.count }

    /// How many bytes of this line are already behind: only blanks and indicators stand before anything that
    /// indentation is measured at, so that this counts characters as well.
    var indentation: Int { offset - lineStart }

    /// A byte further on; 0, which no text holds, behind the end.
    func peek(_ distance: Int = 0) -> UInt8 {
        let index = offset + distance
        return index < bytes.count ? bytes[index] : 0
    }

    /// Whether a blank or tab comes next.
    var isAtBlank: Bool { Self.isBlank(peek()) }

    /// Whether a line ends here.
    var isAtBreak: Bool { Self.isBreak(peek()) }

    /// Whether a line or the text ends here.
    var isAtBreakOrEnd: Bool { Self.isBreak(peek()) || isAtEnd }

    /// Whether a blank, a tab, or the end of a line or of the text is so many bytes further on.
    func isSpace(at distance: Int) -> Bool {
        Self.isSpaceOrEnd(peek(distance))
    }

    /// Whether a line with `---` or `...` begins here.
    var isAtDocumentMarker: Bool {
        guard indentation == 0 else { return false }
        let byte = peek()
        guard byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") else { return false }
        return peek(1) == byte && peek(2) == byte && isSpace(at: 3)
    }

    /// Steps over bytes that end no line.
    mutating func skip(_ count: Int = 1) {
        offset += count
    }

    /// Steps over the end of a line: LF, CR LF or CR.
    mutating func skipBreak() {
        guard isAtBreak else { return }
        offset += peek() == 0x0D && peek(1) == 0x0A ? 2 : 1
        line += 1
        lineStart = offset
    }

    /// Steps over blanks and tabs.
    mutating func skipBlanks() {
        while isAtBlank { offset += 1 }
    }

    /// Steps to the end of the line.
    mutating func skipLine() {
        while !isAtBreakOrEnd { offset += 1 }
    }

    /// The position of the next byte.
    mutating func mark() -> Mark {
        if counted.line != line { counted = Mark(offset: lineStart, line: line, column: 1) }
        let column = bytes[counted.offset..<offset].reduce(counted.column) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
        counted = Mark(offset: offset, line: line, column: column)
        return counted
    }

    static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }

    static func isBreak(_ byte: UInt8) -> Bool {
        byte == 0x0A || byte == 0x0D
    }

    static func isSpaceOrEnd(_ byte: UInt8) -> Bool {
        byte <= 0x20 && (byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 || byte == 0)
    }

    /// What names of anchors and handles of tags are made of.
    static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// The value of a hexadecimal digit.
    static func hexadecimalValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
