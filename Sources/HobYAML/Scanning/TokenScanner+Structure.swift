/// Indentation, brackets, and which text is a key.
extension TokenScanner {
    // MARK: - Indentation

    /// Ends the block collections that are indented more than a column.
    mutating func closeBlocks(to column: Int, at mark: Mark) {
        guard !isInFlow else { return }
        while indent > column {
            append(.blockEnd, at: mark)
            indent = outerIndents.popLast() ?? -1
        }
    }

    /// Whether a block collection begins at a column.
    private mutating func opensBlock(at column: Int) -> Bool {
        guard !isInFlow, indent < column else { return false }
        outerIndents.append(indent)
        indent = column
        return true
    }

    // MARK: - Candidates for keys

    /// Notes that a key may begin with the next token, and adds that token.
    mutating func append(asKeyCandidate kind: Token.Kind, at mark: Mark) {
        append(kind, at: mark)
        if candidates[candidates.count - 1]?.number == nextNumber - 1 {
            update(nextNumber - 1) { $0.mayBeKey = true }
        }
    }

    /// Notes that a key may begin at the cursor, if one is allowed here.
    mutating func saveCandidate(_ mark: Mark) throws(DiagnosticError) {
        guard isKeyAllowed else { return }
        try dropCandidate()
        candidates[candidates.count - 1] = KeyCandidate(
            number: nextNumber, mark: mark, indentation: cursor.indentation,
            isRequired: !isInFlow && indent == cursor.indentation)
    }

    /// Forgets the candidate of this bracket: something follows that makes it no key.
    mutating func dropCandidate() throws(DiagnosticError) {
        guard let candidate = candidates[candidates.count - 1] else { return }
        candidates[candidates.count - 1] = nil
        update(candidate.number) { $0.mayBeKey = false }
        guard !candidate.isRequired else { throw missingColon(behind: candidate) }
    }

    /// Forgets the candidate of this bracket if a `:` could not reach it any more.
    ///
    /// Those of the brackets around wait until theirs is the innermost again.
    mutating func dropCandidateOutOfReach(at mark: Mark) throws(DiagnosticError) {
        if let candidate = candidates[candidates.count - 1], candidate.isOutOfReach(at: mark) { try dropCandidate() }
    }

    /// The mistake where a key is required and none is.
    func missingColon(behind candidate: KeyCandidate) -> DiagnosticError {
        mistake(
            candidate.mark,
            "a key belongs here, and what stands here has no ': ' behind it in its line",
            "write ': ' behind the key, within \(KeyCandidate.lengthLimit) characters, or correct the indentation")
    }

    // MARK: - Indicators

    mutating func fetchDocumentMarker(_ mark: Mark) throws(DiagnosticError) {
        closeBlocks(to: -1, at: mark)
        try dropCandidate()
        isKeyAllowed = false
        append(cursor.peek() == UInt8(ascii: "-") ? .documentStart : .documentEnd, at: mark)
        cursor.skip(3)
    }

    mutating func fetchFlowStart(_ kind: Token.Kind, _ mark: Mark) throws(DiagnosticError) {
        try saveCandidate(mark)
        append(asKeyCandidate: kind, at: mark)
        candidates.append(nil)
        isKeyAllowed = true
        cursor.skip()
    }

    mutating func fetchFlowEnd(_ kind: Token.Kind, _ mark: Mark) throws(DiagnosticError) {
        try dropCandidate()
        if isInFlow { candidates.removeLast() }
        isKeyAllowed = false
        append(kind, at: mark)
        cursor.skip()
    }

    mutating func fetchFlowEntry(_ mark: Mark) throws(DiagnosticError) {
        try dropCandidate()
        isKeyAllowed = true
        append(.flowEntry, at: mark)
        cursor.skip()
    }

    mutating func fetchBlockEntry(_ mark: Mark) throws(DiagnosticError) {
        var opening = Token.Opening.nothing
        // Within brackets it is wrong as well, which the composer can say better.
        if !isInFlow {
            guard isKeyAllowed else {
                throw mistake(
                    mark, "the '- ' of a list cannot stand behind something else in its line",
                    "begin the list in a line of its own, or put a text with '- ' in quotes")
            }
            if opensBlock(at: cursor.indentation) { opening = .sequence }
        }
        try dropCandidate()
        isKeyAllowed = true
        append(.blockEntry, at: mark, opening: opening)
        cursor.skip()
    }

    mutating func fetchKey(_ mark: Mark) throws(DiagnosticError) {
        var opening = Token.Opening.nothing
        if !isInFlow {
            guard isKeyAllowed else {
                throw mistake(
                    mark, "the '? ' of a key cannot stand behind something else in its line",
                    "put a text with '? ' in quotes")
            }
            if opensBlock(at: cursor.indentation) { opening = .mapping }
        }
        try dropCandidate()
        isKeyAllowed = !isInFlow
        append(.key, at: mark, opening: opening)
        cursor.skip()
    }

    mutating func fetchValue(_ mark: Mark) throws(DiagnosticError) {
        var opening = Token.Opening.nothing
        if let candidate = candidates[candidates.count - 1] {
            candidates[candidates.count - 1] = nil
            let opensMapping = opensBlock(at: candidate.indentation)
            update(candidate.number) {
                $0.mayBeKey = false
                $0.isKey = true
                if opensMapping { $0.opening = .mapping }
            }
            isKeyAllowed = false
        } else {
            if !isInFlow {
                guard isKeyAllowed else { throw misplacedColon(mark) }
                if opensBlock(at: cursor.indentation) { opening = .mapping }
            }
            isKeyAllowed = !isInFlow
        }
        append(.value, at: mark, opening: opening)
        cursor.skip()
    }

    private func misplacedColon(_ mark: Mark) -> DiagnosticError {
        if let lastScalar, lastScalar.line < mark.line {
            return mistake(
                mark, "this line goes on with the text that begins in \(lastScalar.phrase), which may not hold ': '",
                "correct the indentation, write ':' behind the line before if that is a key, or put the text in quotes")
        }
        let line = cursor.bytes[(mark.offset - cursor.indentation)..<mark.offset]
        if line.starts(with: "---".utf8) {
            return mistake(mark, "a mapping cannot begin in the line of '---'", "begin it in the next line")
        }
        return mistake(
            mark, "a second ': ' in this line, where no key can be",
            "put a value with ': ' in quotes, or correct the indentation")
    }
}
