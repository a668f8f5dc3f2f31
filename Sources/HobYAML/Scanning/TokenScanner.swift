/// Cuts a text into tokens, one after the other.
///
///     text ──► TokenScanner ──tokens──► TreeComposer ──► YAMLNode
///
/// Whether a text is a key shows only at the `:` behind it. So tokens wait in a queue until the first of them cannot
/// become a key any more, which is the case within a line and 1,024 characters.
struct TokenScanner {
    /// The file's path, for messages.
    let file: String
    /// The way through the text.
    var cursor: ByteCursor
    /// Whether a key, or the `-` of a list, may begin at the next token.
    var isKeyAllowed = true
    /// The indentation of the innermost block collection; -1 outside of all.
    var indent = -1
    /// The indentations of those around it.
    var outerIndents: [Int] = []
    /// For each bracket that is open, and for what is outside of all: where a key may have begun.
    var candidates: [KeyCandidate?] = [nil]
    /// The last scalar, for a message about a text that goes on in the next line.
    var lastScalar: Mark?

    private var queue: [Token] = []
    private var head = 0
    private var takenCount = 0
    private var isFinished = false

    /// Stands before the first token.
    init(_ source: SourceText) {
        file = source.file
        cursor = ByteCursor(source.bytes)
    }

    /// Whether the next token is within brackets.
    var isInFlow: Bool { candidates.count > 1 }

    /// The number that the next token will have.
    var nextNumber: Int { takenCount + queue.count - head }

    /// Takes the next token.
    ///
    /// - Throws: what is wrong with the text, and where.
    mutating func next() throws(DiagnosticError) -> Token {
        while needsMore { try fetch() }
        let token = queue[head]
        // Nothing but a key may stand here, and no ':' can reach it any more: who gets the token would say it worse.
        if token.mayBeKey, !isFinished, let candidate = candidates[0], candidate.isRequired,
            candidate.number == takenCount
        {
            throw missingColon(behind: candidate)
        }
        switch token.opening {
        case .nothing: break
        case .sequence:
            queue[head].opening = .nothing
            return Token(kind: .blockSequenceStart, mark: token.mark)
        case .mapping:
            queue[head].opening = .nothing
            return Token(kind: .blockMappingStart, mark: token.mark)
        }
        if token.isKey {
            queue[head].isKey = false
            return Token(kind: .key, mark: token.mark)
        }
        // The end stays, however often it is asked for.
        if case .end = token.kind { return token }
        head += 1
        takenCount += 1
        if head == queue.count {
            queue.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 4_096 {
            queue.removeFirst(head)
            head = 0
        }
        return token
    }

    private var needsMore: Bool {
        guard head < queue.count else { return true }
        let token = queue[head]
        // In bytes, of which a character has at most four: what is too far by this is too far by characters.
        return token.mayBeKey && !isFinished && token.mark.line == cursor.line
            && cursor.offset - token.mark.offset <= 4 * KeyCandidate.lengthLimit
    }

    /// Adds a token to the queue.
    mutating func append(_ kind: Token.Kind, at mark: Mark, opening: Token.Opening = .nothing) {
        queue.append(Token(kind: kind, mark: mark, opening: opening))
    }

    /// Changes a token that nobody has seen yet.
    mutating func update(_ number: Int, _ change: (inout Token) -> Void) {
        let index = head + number - takenCount
        if queue.indices.contains(index) { change(&queue[index]) }
    }

    /// The error for a mistake; it shows nothing of the text, which may be a secret.
    func mistake(_ mark: Mark, _ message: String, _ suggestion: String? = nil) -> DiagnosticError {
        DiagnosticError(Diagnostic(mark.place(in: file), message, suggestion: suggestion))
    }

    // MARK: - One token more

    private mutating func fetch() throws(DiagnosticError) {
        skipToToken()
        let mark = cursor.mark()
        try dropCandidateOutOfReach(at: mark)
        closeBlocks(to: cursor.indentation, at: mark)
        if cursor.isAtEnd {
            closeBlocks(to: -1, at: mark)
            try dropCandidate()
            isKeyAllowed = false
            isFinished = true
            return append(.end, at: mark)
        }
        if cursor.indentation == 0 {
            if cursor.peek() == UInt8(ascii: "%") { return try fetchDirective(mark) }
            if cursor.isAtDocumentMarker { return try fetchDocumentMarker(mark) }
        }
        try fetchInDocument(mark)
    }

    private mutating func fetchInDocument(_ mark: Mark) throws(DiagnosticError) {
        let byte = cursor.peek()
        switch byte {
        case UInt8(ascii: "["): try fetchFlowStart(.flowSequenceStart, mark)
        case UInt8(ascii: "{"): try fetchFlowStart(.flowMappingStart, mark)
        case UInt8(ascii: "]"): try fetchFlowEnd(.flowSequenceEnd, mark)
        case UInt8(ascii: "}"): try fetchFlowEnd(.flowMappingEnd, mark)
        case UInt8(ascii: ","): try fetchFlowEntry(mark)
        case UInt8(ascii: "-") where cursor.isSpace(at: 1): try fetchBlockEntry(mark)
        case UInt8(ascii: "?") where isInFlow || cursor.isSpace(at: 1): try fetchKey(mark)
        case UInt8(ascii: ":") where isInFlow || cursor.isSpace(at: 1): try fetchValue(mark)
        case UInt8(ascii: "*"), UInt8(ascii: "&"), UInt8(ascii: "!"): try fetchProperty(mark)
        case UInt8(ascii: "|") where !isInFlow, UInt8(ascii: ">") where !isInFlow: try fetchBlockScalar(mark)
        case UInt8(ascii: "'"), UInt8(ascii: "\""): try fetchQuotedScalar(mark)
        case UInt8(ascii: "|"), UInt8(ascii: ">"):
            throw mistake(
                mark, "a text with '\(Character(UnicodeScalar(byte)))' has no place within brackets",
                "put the value in quotes")
        case UInt8(ascii: "%"), UInt8(ascii: "@"), UInt8(ascii: "`"):
            throw mistake(
                mark, "a value cannot begin with '\(Character(UnicodeScalar(byte)))'", "put the value in quotes")
        case 0x09:
            let before = cursor.bytes[(mark.offset - cursor.indentation)..<mark.offset]
            throw mistake(
                mark,
                before.allSatisfy(ByteCursor.isBlank) ? "a tab in the indentation" : "a tab before what may be a key",
                "use blanks, not tabs")
        default: try fetchPlainScalar(mark)
        }
    }

    /// Steps over blanks, comments and ends of lines. Tabs are blanks but where they would be indentation.
    private mutating func skipToToken() {
        while true {
            while cursor.peek() == 0x20 || (cursor.peek() == 0x09 && (isInFlow || !isKeyAllowed)) { cursor.skip() }
            if cursor.peek() == UInt8(ascii: "#") { cursor.skipLine() }
            guard cursor.isAtBreak else { return }
            cursor.skipBreak()
            if !isInFlow { isKeyAllowed = true }
        }
    }
}
