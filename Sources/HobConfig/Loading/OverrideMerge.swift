import HobYAML

/// Lays an override file over a file: mappings merge key by key, other values replace, and nothing removes.
enum OverrideMerge {
    /// The name of the file that overrides another: `hob.override.yml` for `hob.yml`.
    static func name(for file: String) -> String {
        let name = Paths.name(of: file)
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name + ".override" }
        return "\(name[..<dot]).override\(name[dot...])"
    }

    /// Whether a file is one that overrides another.
    static func isOverride(_ name: String) -> Bool {
        name.hasSuffix(".override.yml") || name.hasSuffix(".override.yaml")
    }

    /// The result of laying one tree over another; both are at most as deep as the reader allows.
    static func merge(_ over: YAMLNode, over base: YAMLNode) -> YAMLNode {
        merge(over, over: base, keepsNull: false)
    }

    private static func merge(_ over: YAMLNode, over base: YAMLNode, keepsNull: Bool) -> YAMLNode {
        guard case .mapping(let overrides) = over.content, case .mapping(var entries) = base.content else {
            return over
        }
        var indices: [String: Int] = [:]
        for (index, entry) in entries.enumerated() { indices[entry.key] = index }
        var removed: Set<String> = []
        for entry in overrides {
            if entry.value.isNull, !keepsNull {
                removed.insert(entry.key)
            } else if let index = indices[entry.key] {
                // In an environment, no value has a meaning of its own: take it from `hob`.
                entries[index].value = merge(
                    entry.value, over: entries[index].value, keepsNull: entry.key == "environment")
            } else {
                entries.append(entry)
            }
        }
        return YAMLNode(content: .mapping(entries.filter { !removed.contains($0.key) }), place: base.place)
    }
}
