/// What a file may cost: how much it may hold, aliases unfolded, and how deeply.
struct ParsingBudget {
    /// The most aliases a file may use.
    static let aliasLimit = 1_000
    /// The most values a file may have once all aliases are unfolded.
    static let nodeLimit = 100_000
    /// The most levels of lists and mappings within each other; reading recurses as deeply.
    static let depthLimit = 50

    private let file: String
    private var aliases = 0
    /// The values so far.
    private(set) var nodes = 0
    /// The deepest level since it was last set.
    var deepest = 0

    /// Nothing spent yet.
    init(file: String) {
        self.file = file
    }

    /// Counts a value at a level.
    mutating func spend(at mark: Mark, depth: Int) throws(DiagnosticError) {
        nodes += 1
        guard nodes <= Self.nodeLimit else {
            throw DiagnosticError(
                Diagnostic(
                    mark.place(in: file), "more than \(Self.nodeLimit) values, aliases unfolded",
                    suggestion: "split the file"))
        }
        try reach(depth, at: mark)
    }

    /// Counts what an alias stands for.
    mutating func spend(alias: Anchor, at mark: Mark, depth: Int) throws(DiagnosticError) {
        aliases += 1
        nodes += alias.weight
        guard aliases <= Self.aliasLimit, nodes <= Self.nodeLimit else {
            throw DiagnosticError(
                Diagnostic(
                    mark.place(in: file),
                    "the aliases up to here stand for more than a configuration may hold",
                    suggestion: "write the values out, or use fewer aliases"))
        }
        try reach(depth + alias.height, at: mark)
    }

    private mutating func reach(_ depth: Int, at mark: Mark) throws(DiagnosticError) {
        guard depth < Self.depthLimit else {
            throw DiagnosticError(
                Diagnostic(
                    mark.place(in: file), "nested more than \(Self.depthLimit) levels deep",
                    suggestion: "close the brackets, or put those that are text in quotes"))
        }
        deepest = max(deepest, depth)
    }
}
