import HobYAML

/// Reads a file of variables: `NAME=value` lines, `export` in front, comments, `'literal'` and `"with \n and ${VAR}"`.
struct DotEnvReader {
    /// One variable.
    struct Variable {
        /// Its name.
        let name: String
        /// Where its name stands.
        let place: Place
        /// Its value.
        let value: ExpandedText
    }

    private let source: SourceText
    private let problems: Problems
    private var scope: VariableScope
    private var offset = 0
    private var variables: [Variable] = []

    private var bytes: [UInt8] { source.bytes }

    /// The variables of a file, in its order; a later one may use an earlier one, unless the scope has its name.
    static func read(_ source: SourceText, scope: VariableScope, reporting problems: Problems) -> [Variable] {
        var reader = DotEnvReader(source: source, problems: problems, scope: scope)
        while reader.offset < source.bytes.count { reader.readLine() }
        return reader.variables
    }

    private init(source: SourceText, problems: Problems, scope: VariableScope) {
        self.source = source
        self.problems = problems
        self.scope = scope
    }

    private mutating func readLine() {
        skipBlanks()
        guard let byte = peek, !isLineEnd(byte), byte != UInt8(ascii: "#") else { return skipLine() }
        let start = offset
        var name = takeName()
        if name == "export", peek == UInt8(ascii: " ") || peek == 0x09 {
            skipBlanks()
            name = takeName()
        }
        let nameStart = offset - name.utf8.count
        skipBlanks()
        guard !name.isEmpty, peek == UInt8(ascii: "=") else {
            let found = peek.map { isLineEnd($0) } ?? true
            fail(
                at: name.isEmpty || !found ? offset : start,
                name.isEmpty
                    ? "a name cannot begin like this" : found ? "'\(name)' has no value" : "a name cannot hold this",
                "write NAME=value with letters, digits and _ in the name")
            return skipLine()
        }
        offset += 1
        skipBlanks()
        let valueStart = offset
        let text: String?
        switch peek {
        case UInt8(ascii: "'"): text = takeQuoted(by: UInt8(ascii: "'"))
        case UInt8(ascii: "\""): text = takeQuoted(by: UInt8(ascii: "\""))
        default: text = takeUnquoted()
        }
        guard let text else { return skipLine() }
        let expanded = VariableExpander.expand(text, in: scope)
        for fault in expanded.faults {
            let place =
                source.place(of: fault.reference, from: source.place(atByte: valueStart), within: offset - valueStart)
                ?? source.place(atByte: valueStart)
            problems.error(
                place, fault.message,
                suggestion: fault.suggestion.map { _ in "write it in '…' if the dollar means itself, or set it before" }
            )
        }
        variables.append(Variable(name: name, place: source.place(atByte: nameStart), value: expanded.text))
        if scope.environment[name] == nil { scope.own[name] = expanded.text }
    }

    /// The text up to the closing quote, which may stand in a later line, ready for the expander.
    private mutating func takeQuoted(by quote: UInt8) -> String? {
        let start = offset
        offset += 1
        var text: [UInt8] = []
        while let byte = peek, byte != quote {
            offset += 1
            if quote == UInt8(ascii: "'") {
                text += byte == UInt8(ascii: "$") ? [byte, byte] : [byte]
            } else if byte == UInt8(ascii: "\\"), let escaped = peek {
                offset += 1
                text += Self.meaning(ofEscaped: escaped)
            } else {
                text += byte == UInt8(ascii: "$") && peek != UInt8(ascii: "{") ? [byte, byte] : [byte]
            }
        }
        guard peek == quote else {
            fail(at: start, "the quote is not closed", "end the value with \(quote == UInt8(ascii: "'") ? "'" : "\"")")
            return nil
        }
        offset += 1
        skipBlanks()
        if let byte = peek, !isLineEnd(byte), byte != UInt8(ascii: "#") {
            fail(at: offset, "text after the closing quote", "put the whole value in quotes")
            return nil
        }
        skipLine()
        return String(decoding: text, as: UTF8.self)
    }

    /// The rest of the line, up to a comment, without blanks around it.
    private mutating func takeUnquoted() -> String {
        var text: [UInt8] = []
        while let byte = peek, !isLineEnd(byte) {
            if byte == UInt8(ascii: "#"), text.isEmpty || isBlank(text[text.count - 1]) { break }
            offset += 1
            text += byte == UInt8(ascii: "$") && peek != UInt8(ascii: "{") ? [byte, byte] : [byte]
        }
        while let last = text.last, isBlank(last) { text.removeLast() }
        skipLine()
        return String(decoding: text, as: UTF8.self)
    }

    private static func meaning(ofEscaped byte: UInt8) -> [UInt8] {
        switch byte {
        case UInt8(ascii: "n"): [0x0A]
        case UInt8(ascii: "r"): [0x0D]
        case UInt8(ascii: "t"): [0x09]
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): [byte]
        case UInt8(ascii: "$"): [byte, byte]
        default: [UInt8(ascii: "\\"), byte]
        }
    }

    // MARK: - Bytes

    private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func takeName() -> String {
        let start = offset
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                offset += 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."):
                if offset == start { return "" }
                offset += 1
            default: return String(decoding: bytes[start..<offset], as: UTF8.self)
            }
        }
        return String(decoding: bytes[start..<offset], as: UTF8.self)
    }

    private mutating func skipBlanks() {
        while let byte = peek, isBlank(byte) { offset += 1 }
    }

    private mutating func skipLine() {
        while let byte = peek {
            offset += 1
            if byte == 0x0A { return }
        }
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == 0x09 }

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    private func fail(at offset: Int, _ message: String, _ suggestion: String) {
        problems.error(source.place(atByte: offset), message, suggestion: suggestion)
    }
}
