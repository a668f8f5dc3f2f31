/// Anchors, aliases and tags.
extension TokenScanner {
    mutating func fetchProperty(_ mark: Mark) throws(DiagnosticError) {
        try saveCandidate(mark)
        isKeyAllowed = false
        let kind = cursor.peek() == UInt8(ascii: "!") ? try scanTag(mark) : try scanName(mark)
        append(asKeyCandidate: kind, at: mark)
    }

    // MARK: - Anchors and aliases

    private mutating func scanName(_ mark: Mark) throws(DiagnosticError) -> Token.Kind {
        let isAlias = cursor.peek() == UInt8(ascii: "*")
        cursor.skip()
        let name = takeName()
        guard !name.isEmpty, endsName(cursor.peek()) else {
            let character = isAlias ? "*" : "&"
            throw mistake(
                mark,
                "'\(character)' begins \(isAlias ? "an alias" : "an anchor"), whose name has letters, digits, '-' and '_'",
                "put a value that begins with '\(character)' in quotes")
        }
        return isAlias ? .alias(name) : .anchor(name)
    }

    private func endsName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "?"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"),
            UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"):
            true
        default: ByteCursor.isSpaceOrEnd(byte)
        }
    }

    mutating func takeName() -> String {
        let begin = cursor.offset
        while ByteCursor.isNameByte(cursor.peek()) { cursor.skip() }
        return String(decoding: cursor.bytes[begin..<cursor.offset], as: UTF8.self)
    }

    // MARK: - Tags

    /// Reads a tag, of which only the handle matters: it must be declared.
    private mutating func scanTag(_ mark: Mark) throws(DiagnosticError) -> Token.Kind {
        var handle: String?
        if cursor.peek(1) == UInt8(ascii: "<") {
            cursor.skip(2)
            guard try skipTagText(isVerbatim: true) > 0, cursor.peek() == UInt8(ascii: ">") else {
                throw mistake(mark, "a tag that begins with '!<' ends with '>'", Self.tagRemedy)
            }
            cursor.skip()
        } else {
            cursor.skip()
            let name = takeName()
            if cursor.peek() == UInt8(ascii: "!") {
                cursor.skip()
                handle = "!\(name)!"
                guard try skipTagText(isVerbatim: false) > 0 else {
                    throw mistake(mark, "behind the handle of a tag its name is missing", Self.tagRemedy)
                }
            } else {
                _ = try skipTagText(isVerbatim: false)
            }
        }
        guard cursor.isSpace(at: 0) || (isInFlow && cursor.peek() == UInt8(ascii: ",")) else {
            throw mistake(mark, "a tag, which begins with '!', ends with a blank", Self.tagRemedy)
        }
        return .tag(handle: handle)
    }

    private static var tagRemedy: String { "put a value that begins with '!' in quotes" }

    /// Steps over the characters of a tag; how many there are.
    mutating func skipTagText(isVerbatim: Bool) throws(DiagnosticError) -> Int {
        var count = 0
        while true {
            switch cursor.peek() {
            case UInt8(ascii: "%"): try skipEncodedCharacter()
            case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"):
                guard isVerbatim else { return count }
                cursor.skip()
            case let byte:
                guard ByteCursor.isNameByte(byte) || Self.tagPunctuation.contains(byte) else { return count }
                cursor.skip()
            }
            count += 1
        }
    }

    private static let tagPunctuation = Set(";/?:@&=+$.!~*'()".utf8)

    /// Steps over one character as `%C3%A9`.
    private mutating func skipEncodedCharacter() throws(DiagnosticError) {
        var remaining = 1
        var isFirst = true
        while remaining > 0 {
            guard cursor.peek() == UInt8(ascii: "%"), let high = ByteCursor.hexadecimalValue(cursor.peek(1)),
                let low = ByteCursor.hexadecimalValue(cursor.peek(2)),
                let length = Self.encodedLength(high << 4 | low, isFirst: isFirst)
            else {
                throw mistake(
                    cursor.mark(), "a '%' in a tag stands for a byte of a character in UTF-8", "write it as %C3%A9")
            }
            if isFirst { remaining = length }
            isFirst = false
            remaining -= 1
            cursor.skip(3)
        }
    }

    /// The length of the sequence that a byte begins; nil when it cannot stand here.
    private static func encodedLength(_ byte: UInt32, isFirst: Bool) -> Int? {
        guard isFirst else { return byte & 0xC0 == 0x80 ? 0 : nil }
        return switch byte {
        case 0x00...0x7F: 1
        case 0xC0...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF7: 4
        default: nil
        }
    }
}
