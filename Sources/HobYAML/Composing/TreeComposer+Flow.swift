/// Lists and mappings within brackets.
extension TreeComposer {
    /// Reads `[a, b, c: d]`, where `c: d` is a mapping of one entry.
    mutating func flowSequence(depth: Int) throws(DiagnosticError) -> [YAMLNode] {
        let bracket = FlowBracket(open: "[", close: "]", mark: current.mark)
        try advance()
        var elements: [YAMLNode] = []
        while true {
            if case .flowSequenceEnd = current.kind { break }
            if case .key = current.kind {
                elements.append(try pair(in: bracket, depth: depth + 1))
            } else {
                try requireValue(in: bracket)
                elements.append(try node(depth: depth + 1, isBlock: false))
            }
            if case .flowSequenceEnd = current.kind { break }
            try requireComma(in: bracket)
        }
        try advance()
        return elements
    }

    /// Reads `{a: b, c}`.
    mutating func flowMapping(depth: Int) throws(DiagnosticError) -> [YAMLEntry] {
        let bracket = FlowBracket(open: "{", close: "}", mark: current.mark)
        try advance()
        var builder = MappingBuilder(problems)
        while true {
            if case .flowMappingEnd = current.kind { break }
            if case .key = current.kind {
                let key = try flowKey()
                try builder.add(key, flowValue(in: bracket, depth: depth + 1))
            } else {
                try requireValue(in: bracket)
                let key = try key()
                try builder.add(key, empty(at: current.mark, depth: depth + 1))
            }
            if case .flowMappingEnd = current.kind { break }
            try requireComma(in: bracket)
        }
        try advance()
        return builder.finish()
    }

    /// Reads `a: b` within `[ ]`.
    private mutating func pair(in bracket: FlowBracket, depth: Int) throws(DiagnosticError) -> YAMLNode {
        var node = try empty(at: current.mark, depth: depth)
        let key = try flowKey()
        var builder = MappingBuilder(problems)
        try builder.add(key, flowValue(in: bracket, depth: depth + 1))
        node.content = .mapping(builder.finish())
        return node
    }

    private mutating func flowKey() throws(DiagnosticError) -> MappingKey {
        let mark = current.mark
        try advance()
        switch current.kind {
        case .value, .flowEntry, .flowSequenceEnd, .flowMappingEnd:
            throw mistake(mark, "behind this '?' a key is missing", "write the key, or put the text in quotes")
        default: return try key()
        }
    }

    private mutating func flowValue(in bracket: FlowBracket, depth: Int) throws(DiagnosticError) -> YAMLNode {
        if case .value = current.kind {
            try advance()
            try requireOpen(bracket)
            switch current.kind {
            case .flowEntry, .flowSequenceEnd, .flowMappingEnd: break
            default: return try node(depth: depth, isBlock: false)
            }
        }
        return try empty(at: current.mark, depth: depth)
    }

    // MARK: - Mistakes

    /// Checks that a value may begin here.
    private func requireValue(in bracket: FlowBracket) throws(DiagnosticError) {
        try requireOpen(bracket)
        switch current.kind {
        case .flowSequenceEnd, .flowMappingEnd: throw wrongEnd(of: bracket)
        default: break
        }
    }

    /// Steps over the comma between two elements.
    private mutating func requireComma(in bracket: FlowBracket) throws(DiagnosticError) {
        if case .flowEntry = current.kind { return try advance() }
        try requireOpen(bracket)
        switch current.kind {
        case .flowSequenceEnd, .flowMappingEnd: throw wrongEnd(of: bracket)
        case .value where previous.line < current.mark.line:
            throw mistake(
                bracket.mark,
                "the '\(bracket.open)' that begins here is not closed before the ':' of \(current.mark.phrase)",
                "close it with '\(bracket.close)', or write a key and its ':' in one line")
        case .value:
            throw mistake(
                current.mark,
                "a second ': ' within the '\(bracket.open)' of \(bracket.mark.phrase), where no key can be",
                "write ',' before the key, or put a value with ': ' in quotes")
        case .flowMappingStart where byte(before: current.mark) == UInt8(ascii: "$"):
            throw mistake(
                current.mark, "this '{' begins a mapping, within the '\(bracket.open)' of \(bracket.mark.phrase)",
                "put a value with ${…} in quotes inside of { } and [ ]")
        default:
            throw mistake(
                current.mark, "before this, within the '\(bracket.open)' of \(bracket.mark.phrase), a ',' is missing",
                "write ',' between two values, or close that with '\(bracket.close)'")
        }
    }

    /// Checks that the text goes on; what is not closed is wrong where it was opened.
    private func requireOpen(_ bracket: FlowBracket) throws(DiagnosticError) {
        switch current.kind {
        case .end, .documentStart, .documentEnd:
            throw mistake(
                bracket.mark, "the '\(bracket.open)' that begins here is never closed",
                "close it with '\(bracket.close)'")
        default: break
        }
    }

    private func wrongEnd(of bracket: FlowBracket) -> DiagnosticError {
        mistake(
            current.mark, "this cannot close the '\(bracket.open)' of \(bracket.mark.phrase)",
            "close that with '\(bracket.close)'")
    }

    /// The mistake where a value should be.
    func missingValue(isBlock: Bool) -> DiagnosticError {
        switch current.kind {
        case .flowEntry:
            mistake(current.mark, "before this ',' a value is missing", "remove one ',', or put the text in quotes")
        case .value:
            mistake(current.mark, "before this ':' a key is missing", "write the key, or put the text in quotes")
        case .blockEntry:
            mistake(
                current.mark, isBlock ? "a list has no place here" : "a list with '- ' has no place within brackets",
                "write [a, b], or put a text with '- ' in quotes")
        case .flowSequenceEnd, .flowMappingEnd:
            mistake(current.mark, "this bracket closes nothing", "remove it, or put the text in quotes")
        case .documentEnd:
            mistake(current.mark, "'...' ends a document that has not begun", "remove the line")
        case .alias:
            mistake(current.mark, "an alias cannot have an anchor or a tag", "remove what stands before it")
        default: mistake(current.mark, "a value is missing here", "write one, or put the text in quotes")
        }
    }
}
