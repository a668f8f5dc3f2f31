/// Bytes from elsewhere, as a terminal may see them.
enum PrintableText {
    /// The beginning of a body on one line: text with what is not printable escaped; other bytes in hexadecimal.
    static func beginning(of body: [UInt8], characters: Int) -> String {
        // A character is at most a few bytes, but for piled accents.
        let part = Array(body.prefix(characters * 8))
        var text = String(validating: part, as: UTF8.self)
        // The cut may have gone through a character.
        for cut in 1..<4 where text == nil && part.count < body.count {
            text = String(validating: part.dropLast(cut), as: UTF8.self)
        }
        guard let text else {
            let shown = body.prefix(characters / 2)
            return "0x" + shown.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                + (shown.count < body.count ? "…" : "")
        }
        let line = oneLine(text)
        return line.count > characters
            ? String(line.prefix(characters)) + "…"
            : line + (part.count < body.count ? "…" : "")
    }

    /// A text on one line; what is not printable is escaped.
    static func oneLine(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": line += "\\n"
            case "\r": line += "\\r"
            case "\t": line += "\\t"
            default:
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
                    line += "\\u{\(String(scalar.value, radix: 16))}"
                default: line.unicodeScalars.append(scalar)
                }
            }
        }
        return line
    }
}
