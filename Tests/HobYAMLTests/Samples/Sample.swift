import HobYAML

/// A small document and what it means.
struct Sample {
    /// What is special about it.
    let name: String
    /// The document.
    let text: String
    /// Its tree as ``Outcome/brief`` writes it; nil when it is refused. The message is in Golden/messages.txt.
    let tree: String?

    init(_ name: String, _ text: String, _ tree: String?) {
        self.name = name
        self.text = text
        self.tree = tree
    }

    /// All of them, by what they are about.
    static let all: [(topic: String, samples: [Sample])] = [
        ("block", block), ("flow", flow), ("scalars", scalars), ("block scalars", blockScalars),
        ("documents", documents), ("anchors", anchors),
    ]

    /// A tree without places: `[]` and `{}` as in YAML, `=` behind keys, quotes for texts that are not plain, and
    /// backslashes as in Swift.
    static func brief(_ node: YAMLNode) -> String {
        switch node.content {
        case .scalar(let text, isPlain: true): return escaped(text)
        case .scalar(let text, isPlain: false): return "\"\(escaped(text))\""
        case .sequence(let elements): return "[\(elements.map(brief).joined(separator: ","))]"
        case .mapping(let entries):
            return "{\(entries.map { "\(escaped($0.key))=\(brief($0.value))" }.joined(separator: ","))}"
        }
    }

    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.map { $0.escaped(asASCII: $0.value < 0xA1) }.joined()
    }
}
