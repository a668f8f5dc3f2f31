/// Collects the entries of a mapping: each key once, and what `<<` merges behind what is written.
struct MappingBuilder {
    private let problems: Problems
    private var entries: [YAMLEntry] = []
    private var merged: [YAMLEntry] = []
    private var places: [String: Place] = [:]

    /// An empty mapping that reports keys written twice.
    init(_ problems: Problems) {
        self.problems = problems
    }

    /// Adds an entry; a second one of the same key is reported and dropped.
    ///
    /// - Throws: where `<<` has something else than mappings.
    mutating func add(_ key: MappingKey, _ value: YAMLNode) throws(DiagnosticError) {
        if key.name == "<<", key.isPlain {
            return try merge(value)
        }
        guard let first = places.updateValue(key.place, forKey: key.name) else {
            return entries.append(YAMLEntry(key: key.name, place: key.place, value: value))
        }
        places[key.name] = first
        problems.error(
            key.place, "duplicate key '\(key.name)', first written in line \(first.line)",
            suggestion: "keep one of them")
    }

    /// The mapping: what is written wins over what is merged in, the first merged over the next.
    consuming func finish() -> [YAMLEntry] {
        for entry in merged where places.updateValue(entry.place, forKey: entry.key) == nil {
            entries.append(entry)
        }
        return entries
    }

    private mutating func merge(_ node: YAMLNode) throws(DiagnosticError) {
        switch node.content {
        case .mapping(let entries): merged += entries
        case .sequence(let elements):
            for element in elements { try merge(element) }
        case .scalar:
            throw DiagnosticError(Diagnostic(node.place, "'<<' merges a mapping or a list of them, such as *defaults"))
        }
    }
}
