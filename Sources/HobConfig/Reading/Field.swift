import HobYAML

/// A value with the name that messages call it by.
struct Field {
    /// The key with the keys around it, such as `ready.timeout`; empty for the owner's own mapping.
    let name: String
    /// The value.
    let node: YAMLNode

    /// Where the value begins.
    var place: Place { node.place }
}

/// The values of a mapping by key, unknown and empty keys already reported.
struct Fields {
    /// The keys in the order of the file.
    let names: [String]
    /// Keys that were misspelt or left empty, which was reported: that they are missing is no second mistake.
    let meant: Set<String>
    private let byName: [String: Field]

    /// Makes fields.
    init(_ fields: [(name: String, field: Field)], meant: Set<String>) {
        self.meant = meant
        names = fields.map(\.name)
        byName = Dictionary(fields.map { ($0.name, $0.field) }, uniquingKeysWith: { first, _ in first })
    }

    /// The value of a key; nil when it is not written.
    subscript(name: String) -> Field? { byName[name] }
}
