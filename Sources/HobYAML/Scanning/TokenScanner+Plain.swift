/// Texts without quotes.
extension TokenScanner {
    mutating func fetchPlainScalar(_ mark: Mark) throws(DiagnosticError) {
        try saveCandidate(mark)
        isKeyAllowed = false
        lastScalar = mark
        let text = try scanPlainText(mark)
        append(asKeyCandidate: .scalar(text, isPlain: true), at: mark)
    }

    /// Reads up to `: `, ` #`, a bracket's indicator or a line that is indented less. Blanks within a line stay; the end
    /// of a line becomes a blank, and empty lines become ends of lines.
    private mutating func scanPlainText(_ mark: Mark) throws(DiagnosticError) -> String {
        let leastIndent = indent + 1
        // The lines before this one; most texts have none.
        var lines: [UInt8] = []
        var begin = cursor.offset
        var end = begin
        var breaks = 0
        while !cursor.isAtDocumentMarker, cursor.peek() != UInt8(ascii: "#") {
            let word = cursor.offset
            try skipWord()
            if cursor.offset > word {
                if breaks > 0 {
                    lines += cursor.bytes[begin..<end]
                    lines.appendFolded(breaks)
                    begin = word
                    breaks = 0
                }
                end = cursor.offset
            }
            guard cursor.isAtBlank || cursor.isAtBreak else { break }
            while true {
                if cursor.isAtBreak {
                    cursor.skipBreak()
                    breaks += 1
                } else if cursor.isAtBlank {
                    if breaks > 0, cursor.peek() == 0x09, cursor.indentation < leastIndent {
                        throw mistake(cursor.mark(), "a tab in the indentation", "use blanks, not tabs")
                    }
                    cursor.skip()
                } else {
                    break
                }
            }
            if !isInFlow, cursor.indentation < leastIndent { break }
        }
        if breaks > 0 { isKeyAllowed = true }
        let last = cursor.bytes[begin..<end]
        return String(decoding: lines.isEmpty ? last : (lines + last)[...], as: UTF8.self)
    }

    private mutating func skipWord() throws(DiagnosticError) {
        let bytes = cursor.bytes
        var offset = cursor.offset
        scan: while offset < bytes.count {
            let byte = bytes[offset]
            switch byte {
            case 0x20, 0x09, 0x0A, 0x0D: break scan
            case UInt8(ascii: ":"):
                let next = offset + 1 < bytes.count ? bytes[offset + 1] : 0
                if ByteCursor.isSpaceOrEnd(next) { break scan }
                if isInFlow, Self.isFlowIndicator(next) || next == UInt8(ascii: "?") {
                    cursor.skip(offset - cursor.offset)
                    throw mistake(
                        cursor.mark(), "a ':' within brackets needs a blank behind it",
                        "write ': ', or put the text in quotes")
                }
            case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"):
                if isInFlow { break scan }
            default: break
            }
            offset += 1
        }
        cursor.skip(offset - cursor.offset)
    }

    private static func isFlowIndicator(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"): true
        default: false
        }
    }
}
