import HobYAML

extension ConfigurationLayer {
    /// What a file says.
    init(file: String, bytes: [UInt8], keys: DeclaredKeys) {
        self.init()
        let problems = Problems()
        do throws(DiagnosticError) {
            let source = try SourceText(file: file, bytes: bytes)
            if let root = YAMLReader.read(source, reporting: problems) { read(root, keys) }
        } catch {
            refuse(ConfigurationDiagnostic(error.diagnostic))
        }
        for diagnostic in Problems.sorted(problems.errors) { refuse(ConfigurationDiagnostic(diagnostic)) }
    }

    private mutating func read(_ root: YAMLNode, _ keys: DeclaredKeys) {
        if root.isNull { return }
        guard let entries = root.entries else {
            refuse(
                ConfigurationOrigin(root.place), "\(root.kind) where keys belong", "write lines such as 'key: value'")
            return
        }
        read(entries, below: "", keys)
    }

    private mutating func read(_ entries: [YAMLEntry], below section: String, _ keys: DeclaredKeys) {
        for entry in entries {
            let name = section.isEmpty ? entry.key : "\(section).\(entry.key)"
            // Free for anchors.
            if section.isEmpty, entry.key.hasPrefix("x-") { continue }
            if let meaning = keys.meaning(of: name) {
                if let written = written(entry.value, name) {
                    add(
                        name, meaning, written,
                        ConfigurationOrigin(entry.value.isNull ? entry.place : entry.value.place))
                }
            } else if keys.isSection(name) {
                if let children = entry.value.entries {
                    read(children, below: name, keys)
                } else if !entry.value.isNull {
                    let example = keys.children(of: name).first ?? "key"
                    refuse(
                        ConfigurationOrigin(entry.value.place), "'\(name)' is a section, not a value",
                        "write its keys below it, such as '\(example):'")
                }
            } else {
                refuse(
                    ConfigurationOrigin(entry.place), "unknown key '\(WrittenValue.shortened(name))'",
                    keys.suggestion(for: name))
            }
        }
    }

    private mutating func written(_ node: YAMLNode, _ name: String) -> WrittenValue? {
        switch node.content {
        case .scalar(let text, _): return node.isNull ? .nothing : .text(text)
        case .mapping:
            refuse(ConfigurationOrigin(node.place), "'\(name)' is a value, not a section", "write it behind '\(name):'")
            return nil
        case .sequence(let elements):
            var texts: [String] = []
            for element in elements {
                guard case .scalar(let text, _) = element.content, !element.isNull else {
                    refuse(
                        ConfigurationOrigin(element.place), "\(element.kind) in the list '\(name)'", "write plain texts"
                    )
                    return nil
                }
                texts.append(text)
            }
            return .list(texts)
        }
    }
}
