import HobPolicy

/// The keys of one kind of mapping. Loader, JSON schema and reference all read the same tables, so that they agree.
struct KeyTable: Sendable {
    /// The name in the schema, such as `service`.
    let id: String
    /// The heading in the reference, such as `a service`.
    let title: String
    /// One sentence about the mapping.
    let help: String
    /// The keys, in the order of the reference.
    let keys: [KeyDefinition]
    /// Keys of which exactly one must be there; empty when there is no such rule.
    var exactlyOne: [String] = []
    /// Keys that must be there.
    var required: [String] = []
    /// Keys that a later version brings, each with what holds until then.
    var later: [String: String] = [:]
    /// Keys that others would write here, each with what to do instead.
    var hints: [String: String] = [:]
    /// Whether keys that begin with `x-` are ignored: a place for anchors.
    var allowsExtensions = false

    /// The definition of a key.
    subscript(name: String) -> KeyDefinition? {
        keys.first { $0.name == name }
    }

    /// The heading's anchor in the reference.
    var anchor: String {
        title.lowercased().replacing(" ", with: "-").replacing("`", with: "")
    }

    /// The key that was probably meant: a typing error, or the word of another tool.
    func meant(by name: String) -> String? {
        let lower = name.lowercased()
        if hints[lower] != nil { return nil }
        return keys.first { $0.synonyms.contains(lower) }?.name
            ?? Spelling.nearest(to: name, among: keys.map(\.name))
    }
}

/// One key: what it is called, what it takes and what it does.
struct KeyDefinition: Sendable {
    /// The key.
    let name: String
    /// What may be its value.
    let shape: ValueShape
    /// What it does, in a sentence or two.
    let help: String
    /// What holds when it is not written; nil when nothing does.
    let standard: String?
    /// Lines of a service (of the file, for keys of the file) that show it in use.
    let example: String
    /// What other tools call it.
    let synonyms: [String]

    /// Makes a definition.
    init(
        _ name: String, _ shape: ValueShape, _ help: String, standard: String? = nil, example: String,
        synonyms: [String] = []
    ) {
        self.name = name
        self.shape = shape
        self.help = help
        self.standard = standard
        self.example = example
        self.synonyms = synonyms
    }
}
