/// A value of a YAML file with its place, free of anchors, merges and duplicates.
package struct YAMLNode: Sendable {
    /// What the value is.
    package enum Content: Sendable {
        /// A text; a plain one has no quotes and may mean null.
        case scalar(String, isPlain: Bool)
        /// A list.
        case sequence([YAMLNode])
        /// Keys with their values, in the order of the file.
        case mapping([YAMLEntry])
    }

    /// The value.
    package var content: Content
    /// Where it begins.
    package var place: Place

    /// Makes a node.
    package init(content: Content, place: Place) {
        self.content = content
        self.place = place
    }

    /// Whether nothing was written, or `null`, or `~`.
    package var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// The entries of a mapping; nil for anything else.
    package var entries: [YAMLEntry]? {
        if case .mapping(let entries) = content { entries } else { nil }
    }

    /// What the value is, for messages.
    package var kind: String {
        switch content {
        case .scalar: isNull ? "nothing" : "a text"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }
}

/// A key and its value.
package struct YAMLEntry: Sendable {
    /// The key.
    package var key: String
    /// Where the key begins.
    package var place: Place
    /// The value.
    package var value: YAMLNode

    /// Makes an entry.
    package init(key: String, place: Place, value: YAMLNode) {
        self.key = key
        self.place = place
        self.value = value
    }
}
