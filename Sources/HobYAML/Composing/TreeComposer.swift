/// Makes the tree of a text out of its tokens.
///
///     document ──► node ──┬─► scalar, alias
///                         ├─► block list or mapping ──► node …
///                         └─► [list] or {mapping} ──► node …
///
/// It recurses, at most as deeply as the budget allows.
struct TreeComposer {
    let problems: Problems
    private let source: SourceText
    /// The token that is looked at.
    private(set) var current: Token
    /// Where the token before it begins.
    private(set) var previous: Mark
    private var scanner: TokenScanner
    private var budget: ParsingBudget
    private var anchors: [String: Anchor] = [:]
    /// Anchors whose values are not finished.
    private var openAnchors: Set<String> = []
    private var tagHandles: Set<String> = ["!!"]

    /// Stands before the first token.
    init(_ source: SourceText, reporting problems: Problems) throws(DiagnosticError) {
        self.source = source
        self.problems = problems
        scanner = TokenScanner(source)
        budget = ParsingBudget(file: source.file)
        current = try scanner.next()
        previous = current.mark
    }

    /// The tree; nil when the text holds nothing, or only comments.
    ///
    /// - Throws: the first mistake.
    mutating func compose() throws(DiagnosticError) -> YAMLNode? {
        if case .end = current.kind { return nil }
        let root = try hasMarker() ? markedDocument() : node(depth: 0)
        var isEnded = false
        while case .documentEnd = current.kind {
            isEnded = true
            try advance()
        }
        switch current.kind {
        case .end: return root
        case .documentStart, .versionDirective, .tagDirective:
            throw mistake(current.mark, "a second document begins here", "keep one, without '---' lines")
        default:
            throw mistake(
                current.mark, "this stands behind the end of the \(isEnded ? "document" : "value")",
                "remove it, correct the indentation, or put the whole value in quotes")
        }
    }

    mutating func advance() throws(DiagnosticError) {
        previous = current.mark
        current = try scanner.next()
    }

    var file: String { source.file }

    func byte(before mark: Mark) -> UInt8 {
        mark.offset > 0 ? source.bytes[mark.offset - 1] : 0
    }

    /// The error for a mistake; like all messages it shows nothing of the text, which may be a secret.
    func mistake(_ mark: Mark, _ message: String, _ suggestion: String? = nil) -> DiagnosticError {
        DiagnosticError(Diagnostic(mark.place(in: file), message, suggestion: suggestion))
    }

    // MARK: - The document

    /// Reads directives; whether `---` begins the document.
    private mutating func hasMarker() throws(DiagnosticError) -> Bool {
        var declared: Set<String> = []
        var hasVersion = false
        var directive: Mark?
        while true {
            switch current.kind {
            case .versionDirective(let isSupported):
                guard isSupported else {
                    throw mistake(current.mark, "a version of YAML other than 1.2 and 1.1", "write '%YAML 1.2'")
                }
                guard !hasVersion else { throw mistake(current.mark, "a second '%YAML' line", "keep one of them") }
                hasVersion = true
            case .tagDirective(let handle):
                guard declared.insert(handle).inserted else {
                    throw mistake(current.mark, "a second '%TAG' line for this handle", "keep one of them")
                }
                tagHandles.insert(handle)
            case .documentStart: return true
            default:
                if let directive {
                    throw mistake(
                        directive, "a line that begins with '%' stands before a '---' line",
                        "add that line, or remove this one")
                }
                return false
            }
            directive = directive ?? current.mark
            try advance()
        }
    }

    private mutating func markedDocument() throws(DiagnosticError) -> YAMLNode {
        try advance()
        switch current.kind {
        case .versionDirective, .tagDirective, .documentStart, .documentEnd, .end:
            return try empty(at: current.mark, depth: 0)
        default: return try node(depth: 0)
        }
    }

    // MARK: - Nodes

    /// What stands before a value.
    private struct Properties {
        var mark: Mark
        var anchor: String?
        var hasTag = false
        var isEmpty: Bool { anchor == nil && !hasTag }
    }

    /// Reads a value.
    ///
    /// - Parameters:
    ///   - isBlock: Whether a block list or mapping may begin here; not within brackets.
    ///   - allowsEntries: Whether a list may begin at the indentation of the mapping around it.
    mutating func node(
        depth: Int, isBlock: Bool = true, allowsEntries: Bool = false
    ) throws(DiagnosticError) -> YAMLNode {
        if case .alias(let name) = current.kind {
            let anchor = try anchor(named: name)
            try budget.spend(alias: anchor, at: current.mark, depth: depth)
            try advance()
            return anchor.node
        }
        let properties = try properties()
        let outerDeepest = budget.deepest
        let nodesBefore = budget.nodes
        try budget.spend(at: properties.mark, depth: depth)
        budget.deepest = depth
        let content = try content(properties, depth: depth, isBlock: isBlock, allowsEntries: allowsEntries)
        let node = YAMLNode(content: content, place: properties.mark.place(in: file))
        if let name = properties.anchor {
            openAnchors.remove(name)
            anchors[name] = Anchor(
                node: node, weight: budget.nodes - nodesBefore, height: budget.deepest - depth)
        }
        budget.deepest = max(budget.deepest, outerDeepest)
        return node
    }

    private mutating func content(
        _ properties: Properties, depth: Int, isBlock: Bool, allowsEntries: Bool
    ) throws(DiagnosticError) -> YAMLNode.Content {
        switch current.kind {
        case .scalar(let text, let isPlain):
            try advance()
            return .scalar(text, isPlain: isPlain)
        case .flowSequenceStart: return .sequence(try flowSequence(depth: depth))
        case .flowMappingStart: return .mapping(try flowMapping(depth: depth))
        case .blockSequenceStart where isBlock: return .sequence(try blockSequence(depth: depth))
        case .blockMappingStart where isBlock: return .mapping(try blockMapping(depth: depth))
        case .blockEntry where allowsEntries: return .sequence(try entriesOfMapping(depth: depth))
        default:
            guard properties.isEmpty else { return .scalar("", isPlain: true) }
            throw missingValue(isBlock: isBlock)
        }
    }

    /// The value that stands for one that is not written.
    mutating func empty(at mark: Mark, depth: Int) throws(DiagnosticError) -> YAMLNode {
        try budget.spend(at: mark, depth: depth)
        return YAMLNode(content: .scalar("", isPlain: true), place: mark.place(in: file))
    }

    /// Reads a key, which must be a text.
    mutating func key() throws(DiagnosticError) -> MappingKey {
        if case .alias(let name) = current.kind {
            let node = try anchor(named: name).node
            guard case .scalar(let text, let isPlain) = node.content else { throw complexKey(current.mark) }
            try advance()
            return MappingKey(name: text, isPlain: isPlain, place: node.place)
        }
        let properties = try properties()
        var key = MappingKey(name: "", isPlain: true, place: properties.mark.place(in: file))
        switch current.kind {
        case .scalar(let text, let isPlain):
            try advance()
            key.name = text
            key.isPlain = isPlain
        case .flowSequenceStart, .flowMappingStart, .blockSequenceStart, .blockMappingStart, .blockEntry:
            throw complexKey(properties.mark)
        default:
            if properties.isEmpty { throw missingValue(isBlock: false) }
        }
        if let name = properties.anchor {
            openAnchors.remove(name)
            let node = YAMLNode(content: .scalar(key.name, isPlain: key.isPlain), place: key.place)
            anchors[name] = Anchor(node: node, weight: 1, height: 0)
        }
        return key
    }

    private func complexKey(_ mark: Mark) -> DiagnosticError {
        mistake(mark, "a key must be a text, not a list or mapping", "put a key with brackets in quotes")
    }

    // MARK: - Properties

    private mutating func properties() throws(DiagnosticError) -> Properties {
        var properties = Properties(mark: current.mark)
        while true {
            switch current.kind {
            case .anchor(let name) where properties.anchor == nil:
                properties.anchor = name
                openAnchors.insert(name)
            case .tag(let handle) where !properties.hasTag:
                if let handle, !tagHandles.contains(handle) {
                    throw mistake(
                        current.mark, "the handle of this tag is not declared",
                        "put a value that begins with '!' in quotes")
                }
                properties.hasTag = true
            default: return properties
            }
            try advance()
        }
    }

    private func anchor(named name: String) throws(DiagnosticError) -> Anchor {
        if let anchor = anchors[name] { return anchor }
        if openAnchors.contains(name) {
            throw mistake(current.mark, "this alias stands within its own value", "write the value out")
        }
        throw mistake(
            current.mark, "this alias stands for nothing: no anchor of its name is before it",
            "define it before with '&', or put the value in quotes")
    }
}
