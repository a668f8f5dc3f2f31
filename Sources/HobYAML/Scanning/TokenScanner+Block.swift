/// Texts of several lines behind `|` and `>`.
extension TokenScanner {
    /// What becomes of the ends of lines behind the last line.
    private enum Chomping {
        case strip, clip, keep
    }

    mutating func fetchBlockScalar(_ mark: Mark) throws(DiagnosticError) {
        try dropCandidate()
        isKeyAllowed = true
        lastScalar = nil
        let isFolded = cursor.peek() == UInt8(ascii: ">")
        cursor.skip()
        let (chomping, increment) = try scanBlockHeader()
        let text = try scanBlockText(isFolded, chomping, increment)
        append(.scalar(text, isPlain: false), at: mark)
    }

    /// Reads `|` or `>`'s `-`, `+` and digit, in any order, and the rest of the line.
    private mutating func scanBlockHeader() throws(DiagnosticError) -> (Chomping, Int) {
        var chomping: Chomping?
        var increment = 0
        while true {
            switch cursor.peek() {
            case UInt8(ascii: "-") where chomping == nil: chomping = .strip
            case UInt8(ascii: "+") where chomping == nil: chomping = .keep
            case UInt8(ascii: "1")...UInt8(ascii: "9") where increment == 0:
                increment = Int(cursor.peek() - UInt8(ascii: "0"))
            default:
                cursor.skipBlanks()
                if cursor.peek() == UInt8(ascii: "#") { cursor.skipLine() }
                guard cursor.isAtBreakOrEnd else {
                    throw mistake(
                        cursor.mark(), "behind '|' and '>' only '-', '+', a digit from 1 to 9 and a comment may stand",
                        "begin the text in the next line, or put it in quotes")
                }
                cursor.skipBreak()
                return (chomping ?? .clip, increment)
            }
            cursor.skip()
        }
    }

    private mutating func scanBlockText(
        _ isFolded: Bool, _ chomping: Chomping, _ increment: Int
    ) throws(DiagnosticError) -> String {
        // Without a digit the first line with text decides, which is what 0 stands for.
        var column = increment == 0 ? 0 : max(indent, 0) + increment
        var text: [UInt8] = []
        var breaks = try skipEmptyLines(&column)
        var endsWithBreak = false
        var wasIndented = false
        while cursor.indentation == column, !cursor.isAtEnd {
            // Lines that are indented more keep the ends of the lines around them.
            let isIndented = cursor.isAtBlank
            if isFolded, endsWithBreak, !wasIndented, !isIndented {
                if breaks == 0 { text.append(0x20) }
            } else if endsWithBreak {
                text.append(0x0A)
            }
            text.appendBreaks(breaks)
            wasIndented = isIndented
            let begin = cursor.offset
            cursor.skipLine()
            text += cursor.bytes[begin..<cursor.offset]
            endsWithBreak = !cursor.isAtEnd
            cursor.skipBreak()
            breaks = try skipEmptyLines(&column)
        }
        if endsWithBreak, chomping != .strip { text.append(0x0A) }
        if chomping == .keep { text.appendBreaks(breaks) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Steps over empty lines and the indentation of the next one; how many lines, and the column if it was open.
    private mutating func skipEmptyLines(_ column: inout Int) throws(DiagnosticError) -> Int {
        var breaks = 0
        var deepest = 0
        while true {
            while column == 0 || cursor.indentation < column, cursor.peek() == 0x20 { cursor.skip() }
            deepest = max(deepest, cursor.indentation)
            if column == 0 || cursor.indentation < column, cursor.peek() == 0x09 {
                throw mistake(cursor.mark(), "a tab in the indentation of a text", "use blanks, not tabs")
            }
            guard cursor.isAtBreak else { break }
            cursor.skipBreak()
            breaks += 1
        }
        if column == 0 { column = max(deepest, indent + 1, 1) }
        return breaks
    }
}
