/// Lists and mappings by indentation.
extension TreeComposer {
    /// Reads a list whose `-` are indented more than what is around them.
    mutating func blockSequence(depth: Int) throws(DiagnosticError) -> [YAMLNode] {
        let start = current.mark
        try advance()
        var elements: [YAMLNode] = []
        while true {
            switch current.kind {
            case .blockEntry: elements.append(try element(depth: depth))
            case .blockEnd:
                try advance()
                return elements
            default:
                throw mistake(
                    current.mark, "the list that begins in \(start.phrase) goes on here without '- '",
                    "write '- ' before each element, or correct the indentation")
            }
        }
    }

    /// Reads a list whose `-` stand where the keys of the mapping around them stand.
    mutating func entriesOfMapping(depth: Int) throws(DiagnosticError) -> [YAMLNode] {
        var elements: [YAMLNode] = []
        while case .blockEntry = current.kind { elements.append(try element(depth: depth)) }
        return elements
    }

    private mutating func element(depth: Int) throws(DiagnosticError) -> YAMLNode {
        let mark = current.mark.behindIndicator
        try advance()
        switch current.kind {
        case .blockEntry, .blockEnd, .key, .value: return try empty(at: mark, depth: depth + 1)
        default: return try node(depth: depth + 1)
        }
    }

    /// Reads a mapping.
    mutating func blockMapping(depth: Int) throws(DiagnosticError) -> [YAMLEntry] {
        let start = current.mark
        try advance()
        var builder = MappingBuilder(problems)
        while true {
            switch current.kind {
            case .key:
                let key = try blockKey()
                try builder.add(key, blockValue(depth: depth + 1))
            case .blockEnd:
                try advance()
                return builder.finish()
            default: throw missingKey(from: start)
            }
        }
    }

    private mutating func blockKey() throws(DiagnosticError) -> MappingKey {
        let mark = current.mark
        try advance()
        switch current.kind {
        case .key, .value, .blockEnd:
            // Only `?` can have nothing behind it.
            return MappingKey(name: "", isPlain: true, place: mark.behindIndicator.place(in: file))
        default: return try key()
        }
    }

    private mutating func blockValue(depth: Int) throws(DiagnosticError) -> YAMLNode {
        guard case .value = current.kind else { return try empty(at: current.mark, depth: depth) }
        let mark = current.mark.behindIndicator
        try advance()
        switch current.kind {
        case .key, .value, .blockEnd: return try empty(at: mark, depth: depth)
        default: return try node(depth: depth, allowsEntries: true)
        }
    }

    /// The mistake where a key of a mapping should be.
    private func missingKey(from start: Mark) -> DiagnosticError {
        switch current.kind {
        case .blockMappingStart, .blockSequenceStart:
            mistake(
                current.mark, "the indentation of this line fits none of the lines above",
                "indent it like the lines that it belongs to")
        case .blockEntry:
            mistake(
                current.mark, "a '- ' within the mapping that begins in \(start.phrase)",
                "write a key before the list, or correct the indentation")
        case .value:
            mistake(
                current.mark, "before this ':' a key is missing",
                "write the key in this line, or put the text in quotes")
        case .anchor, .alias, .tag:
            mistake(
                current.mark, "a value has one anchor and one tag, and an alias has none: this is too much",
                "remove it, or put the whole value in quotes")
        default:
            mistake(
                current.mark, "this is neither a key nor part of the value before it",
                "write ': ' behind a key, put the whole value in quotes, or correct the indentation")
        }
    }
}
