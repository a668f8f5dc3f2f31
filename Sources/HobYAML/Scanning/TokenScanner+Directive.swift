/// Lines that begin with `%`, before a document.
extension TokenScanner {
    mutating func fetchDirective(_ mark: Mark) throws(DiagnosticError) {
        closeBlocks(to: -1, at: mark)
        try dropCandidate()
        isKeyAllowed = false
        cursor.skip()
        let name = takeName()
        guard cursor.isSpace(at: 0) else { throw unknownDirective(mark) }
        cursor.skipBlanks()
        let kind: Token.Kind
        switch name {
        case "YAML": kind = .versionDirective(isSupported: try scanVersion(mark))
        case "TAG": kind = .tagDirective(handle: try scanTagDirective(mark))
        default: throw unknownDirective(mark)
        }
        cursor.skipBlanks()
        if cursor.peek() == UInt8(ascii: "#") { cursor.skipLine() }
        guard cursor.isAtBreakOrEnd else {
            throw mistake(cursor.mark(), "more than a '%' line may hold", "remove it, or write '# ' before a comment")
        }
        cursor.skipBreak()
        append(kind, at: mark)
    }

    private func unknownDirective(_ mark: Mark) -> DiagnosticError {
        mistake(
            mark, "a line that begins with '%' is '%YAML 1.2' or '%TAG !name! prefix'",
            "remove it, or put a value that begins with '%' in quotes")
    }

    private mutating func scanVersion(_ mark: Mark) throws(DiagnosticError) -> Bool {
        let major = takeDigits()
        guard !major.isEmpty, cursor.peek() == UInt8(ascii: ".") else { throw unknownDirective(mark) }
        cursor.skip()
        let minor = takeDigits()
        guard !minor.isEmpty else { throw unknownDirective(mark) }
        return Self.isNumber(major, 1) && (Self.isNumber(minor, 1) || Self.isNumber(minor, 2))
    }

    private mutating func takeDigits() -> ArraySlice<UInt8> {
        let begin = cursor.offset
        while (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(cursor.peek()) { cursor.skip() }
        return cursor.bytes[begin..<cursor.offset]
    }

    /// Whether digits, at most nine, are a number below ten.
    private static func isNumber(_ digits: ArraySlice<UInt8>, _ number: UInt8) -> Bool {
        digits.count <= 9 && digits.dropLast().allSatisfy { $0 == UInt8(ascii: "0") }
            && digits.last == UInt8(ascii: "0") + number
    }

    private mutating func scanTagDirective(_ mark: Mark) throws(DiagnosticError) -> String {
        guard cursor.peek() == UInt8(ascii: "!") else { throw unknownDirective(mark) }
        cursor.skip()
        var handle = "!" + takeName()
        if cursor.peek() == UInt8(ascii: "!") {
            cursor.skip()
            handle += "!"
        } else if handle != "!" {
            throw unknownDirective(mark)
        }
        guard cursor.isAtBlank else { throw unknownDirective(mark) }
        cursor.skipBlanks()
        guard try skipTagText(isVerbatim: true) > 0, cursor.isSpace(at: 0) else { throw unknownDirective(mark) }
        return handle
    }
}
