/// Texts in quotes.
extension TokenScanner {
    mutating func fetchQuotedScalar(_ mark: Mark) throws(DiagnosticError) {
        try saveCandidate(mark)
        isKeyAllowed = false
        lastScalar = mark
        let text = try scanQuotedText(mark)
        append(asKeyCandidate: .scalar(text, isPlain: false), at: mark)
    }

    private mutating func scanQuotedText(_ mark: Mark) throws(DiagnosticError) -> String {
        let quote = cursor.peek()
        cursor.skip()
        var text: [UInt8] = []
        while true {
            let joinsLines = try scanQuotedWord(quote, into: &text, from: mark)
            if cursor.peek() == quote {
                cursor.skip()
                return String(decoding: text, as: UTF8.self)
            }
            let begin = cursor.offset
            var breaks = 0
            while true {
                if cursor.isAtBreak {
                    cursor.skipBreak()
                    breaks += 1
                } else if cursor.isAtBlank {
                    cursor.skip()
                } else {
                    break
                }
            }
            if joinsLines {
                text.appendBreaks(breaks)
            } else if breaks > 0 {
                text.appendFolded(breaks)
            } else {
                text += cursor.bytes[begin..<cursor.offset]
            }
        }
    }

    /// Reads up to a blank, the end of a line or the closing quote; whether a backslash was the last in its line.
    private mutating func scanQuotedWord(
        _ quote: UInt8, into text: inout [UInt8], from mark: Mark
    ) throws(DiagnosticError) -> Bool {
        if cursor.isAtDocumentMarker {
            throw mistake(
                cursor.mark(), "a line with '---' or '...' within the quotes that begin in \(mark.phrase)",
                "close the quotes before it, or indent the line")
        }
        let isDouble = quote == UInt8(ascii: "\"")
        while true {
            let run = cursor.offset
            while !cursor.isSpace(at: 0), cursor.peek() != quote, !(isDouble && cursor.peek() == UInt8(ascii: "\\")) {
                cursor.skip()
            }
            text += cursor.bytes[run..<cursor.offset]
            if cursor.isAtEnd {
                let character = Character(UnicodeScalar(quote))
                throw mistake(mark, "the quote that begins here is never closed", "close it with \(character)")
            }
            if cursor.peek() == quote {
                guard !isDouble, cursor.peek(1) == quote else { return false }
                text.append(quote)
                cursor.skip(2)
            } else if cursor.isSpace(at: 0) {
                return false
            } else if ByteCursor.isBreak(cursor.peek(1)) {
                cursor.skip()
                cursor.skipBreak()
                return true
            } else {
                try scanEscape(into: &text)
            }
        }
    }

    private mutating func scanEscape(into text: inout [UInt8]) throws(DiagnosticError) {
        do throws(EscapeSequence.Fault) {
            let escape = try EscapeSequence(cursor)
            text.append(contentsOf: String(Character(escape.scalar)).utf8)
            cursor.skip(escape.length)
        } catch {
            let remedy = "write \\\\ for a backslash, or use single quotes"
            switch error {
            case .unknown: throw mistake(cursor.mark(), "no such character may follow a backslash in \" \"", remedy)
            case .tooFewDigits(let count):
                let letter = Character(UnicodeScalar(cursor.peek(1)))
                throw mistake(cursor.mark(), "\\\(letter) needs \(count) hexadecimal digits", remedy)
            case .noCharacter: throw mistake(cursor.mark(), "there is no character of this number", remedy)
            }
        }
    }
}
