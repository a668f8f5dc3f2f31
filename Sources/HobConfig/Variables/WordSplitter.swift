/// Splits a command into words as a shell does: blanks separate, `'…'`, `"…"` and `\` quote; nothing else is special.
///
/// A variable belongs to the word it stands in, whatever its value holds: its blanks separate nothing.
struct WordSplitter {
    /// One word, with its variables still in it.
    struct Word: Hashable {
        /// The text, for the variable expander: a dollar that was escaped by `\` is doubled.
        var text: String
        /// Whether any of it was quoted: only then may the word turn out empty.
        var isQuoted: Bool
    }

    /// Why a text cannot be split.
    struct Fault: Error {
        /// What is wrong, and what would be right.
        let message: String
    }

    private var words: [Word] = []
    private var current: [UInt8] = []
    private var isQuoted = false
    private var isInWord = false

    /// The words of a command.
    static func words(of text: String) throws(Fault) -> [Word] {
        var splitter = WordSplitter()
        try splitter.split(Array(text.utf8))
        return splitter.words
    }

    private mutating func split(_ bytes: [UInt8]) throws(Fault) {
        var offset = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            switch byte {
            case UInt8(ascii: " "), 0x09, 0x0A, 0x0D:
                endWord()
                offset += 1
            case UInt8(ascii: "'"), UInt8(ascii: "\""):
                offset = try quoted(by: byte, in: bytes, from: offset + 1)
            case UInt8(ascii: "\\"):
                guard offset + 1 < bytes.count else {
                    throw Fault(message: "the command ends with a backslash: write '\\\\' for one that means itself")
                }
                escape(bytes[offset + 1], keepsBackslash: false)
                offset += 2
            default:
                offset = try take(bytes, at: offset)
            }
        }
        endWord()
    }

    private mutating func quoted(by quote: UInt8, in bytes: [UInt8], from start: Int) throws(Fault) -> Int {
        isQuoted = true
        isInWord = true
        var offset = start
        while offset < bytes.count, bytes[offset] != quote {
            if quote == UInt8(ascii: "\""), bytes[offset] == UInt8(ascii: "\\"), offset + 1 < bytes.count {
                escape(bytes[offset + 1], keepsBackslash: true)
                offset += 2
            } else {
                offset = try take(bytes, at: offset)
            }
        }
        guard offset < bytes.count else {
            let mark = quote == UInt8(ascii: "'") ? "'" : "\""
            throw Fault(
                message: "the quote \(mark) is not closed: close it, or write \\\(mark) for one that means itself")
        }
        return offset + 1
    }

    /// Within `"…"` a backslash escapes only what has a meaning there, as POSIX has it.
    private mutating func escape(_ byte: UInt8, keepsBackslash: Bool) {
        if byte == 0x0A { return }
        isInWord = true
        switch byte {
        case UInt8(ascii: "$"): current += [byte, byte]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "`"): current.append(byte)
        default:
            if keepsBackslash { current.append(UInt8(ascii: "\\")) }
            current.append(byte)
        }
    }

    /// Takes a character, or a whole `${…}`, whose default may hold blanks and quotes.
    private mutating func take(_ bytes: [UInt8], at offset: Int) throws(Fault) -> Int {
        isInWord = true
        var end = offset + 1
        if bytes[offset] == UInt8(ascii: "$"), end < bytes.count {
            if bytes[end] == UInt8(ascii: "$") {
                end += 1
            } else if bytes[end] == UInt8(ascii: "{") {
                guard let close = VariableExpander.end(ofReferenceAt: offset, in: bytes[...]) else {
                    throw Fault(message: "'${' without '}': close it, or write '$$' for a dollar")
                }
                end = close + 1
            }
        }
        current += bytes[offset..<end]
        return end
    }

    private mutating func endWord() {
        guard isInWord else { return }
        words.append(Word(text: String(decoding: current, as: UTF8.self), isQuoted: isQuoted))
        current = []
        isQuoted = false
        isInWord = false
    }
}
