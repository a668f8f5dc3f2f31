/// What a backslash within double quotes means.
struct EscapeSequence {
    /// What is wrong with one.
    enum Fault: Error {
        /// No such character may follow a backslash.
        case unknown
        /// There are fewer hexadecimal digits than this.
        case tooFewDigits(Int)
        /// The number is no character: a half of a pair, or above 10FFFF.
        case noCharacter
    }

    /// The character that it stands for.
    let scalar: Unicode.Scalar
    /// Its bytes in the text, the backslash included.
    let length: Int

    /// Reads the sequence whose backslash a cursor stands before.
    init(_ cursor: ByteCursor) throws(Fault) {
        let digits: Int
        switch cursor.peek(1) {
        case UInt8(ascii: "x"): digits = 2
        case UInt8(ascii: "u"): digits = 4
        case UInt8(ascii: "U"): digits = 8
        case let letter:
            guard let scalar = Self.scalar(for: letter) else { throw .unknown }
            self.scalar = scalar
            length = 2
            return
        }
        var value: UInt32 = 0
        for index in 0..<digits {
            guard let digit = ByteCursor.hexadecimalValue(cursor.peek(2 + index)) else { throw .tooFewDigits(digits) }
            value = value << 4 | digit
        }
        guard let scalar = Unicode.Scalar(value) else { throw .noCharacter }
        self.scalar = scalar
        length = 2 + digits
    }

    private static func scalar(for letter: UInt8) -> Unicode.Scalar? {
        switch letter {
        case UInt8(ascii: "0"): "\u{0}"
        case UInt8(ascii: "a"): "\u{7}"
        case UInt8(ascii: "b"): "\u{8}"
        case UInt8(ascii: "t"), 0x09: "\t"
        case UInt8(ascii: "n"): "\n"
        case UInt8(ascii: "v"): "\u{B}"
        case UInt8(ascii: "f"): "\u{C}"
        case UInt8(ascii: "r"): "\r"
        case UInt8(ascii: "e"): "\u{1B}"
        case UInt8(ascii: " "): " "
        case UInt8(ascii: "\""): "\""
        case UInt8(ascii: "/"): "/"
        case UInt8(ascii: "\\"): "\\"
        case UInt8(ascii: "N"): "\u{85}"
        case UInt8(ascii: "_"): "\u{A0}"
        case UInt8(ascii: "L"): "\u{2028}"
        case UInt8(ascii: "P"): "\u{2029}"
        default: nil
        }
    }
}
