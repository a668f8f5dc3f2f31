/// A value of a YAML file with its place, free of anchors, merges and duplicates.
struct YAMLNode: Sendable {
    /// What the value is.
    enum Content: Sendable {
        /// A text; a plain one has no quotes and may mean null.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([YAMLEntry])
    }

    /// The value.
    var content: Content
    /// Where it begins.
    var place: Place

    /// Whether nothing was written, or `null`, or `~`.
    var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// The entries of a mapping; nil for anything else.
    var entries: [YAMLEntry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// What the value is, for messages.
    var kind: String {
        switch content {
        case .scalar: isNull ? "nothing" : "a text"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// A key and its value.
struct YAMLEntry: Sendable {
    /// The key.
    var key: String
    /// Where the key begins.
    var place: Place
    /// The value.
    var value: YAMLNode
}
