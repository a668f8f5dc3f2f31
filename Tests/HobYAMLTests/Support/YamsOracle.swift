import HobYAML
import Yams

/// What the reader is compared with: the same trees, made of Yams' nodes.
struct YamsOracle {
    private let source: SourceText
    private let problems: Problems
    private var remainingNodes = 100_000
    /// Keys that were given another first character so that Yams accepts their twins, by place.
    private var renamed: [Place: String] = [:]

    private init(_ source: SourceText, _ problems: Problems) {
        self.source = source
        self.problems = problems
    }

    /// The tree of a text; nil when there is none.
    static func read(_ source: SourceText, reporting problems: Problems) -> YAMLNode? {
        var oracle = YamsOracle(source, problems)
        do throws(DiagnosticError) {
            guard let root = try oracle.compose() else { return nil }
            return try oracle.convert(root, depth: 0)
        } catch {
            problems.error(error.diagnostic.place, error.diagnostic.message)
            return nil
        }
    }

    /// Runs Yams. It names only the first of two equal keys, so that one is renamed and the text parsed again.
    private mutating func compose() throws(DiagnosticError) -> Node? {
        var bytes = source.bytes
        while true {
            do {
                // The parser keeps a pointer into the text, which must not live inside of the String.
                var text = ""
                text.reserveCapacity(max(64, bytes.count))
                text += String(decoding: bytes, as: UTF8.self)
                // Plain tags: nothing here depends on what a bare `no` means, and no regular expression runs.
                return try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                let place = clamped(context.mark)
                let key = keys.first ?? ""
                guard renamed.count < 20, rename(key, at: place, in: &bytes) else {
                    throw DiagnosticError(Diagnostic(place, "duplicate key '\(key)': keep one of them"))
                }
            } catch {
                throw DiagnosticError(Diagnostic(Place(file: source.file), "\(error)"))
            }
        }
    }

    /// Replaces the first character of a key by one of the private-use area, which keeps every column.
    private mutating func rename(_ key: String, at place: Place, in bytes: inout [UInt8]) -> Bool {
        guard renamed[place] == nil, let first = key.utf8.first else { return false }
        // Earlier renamings may have changed the line's length in bytes, not in characters.
        guard let current = try? SourceText(file: source.file, bytes: bytes) else { return false }
        var offset = current.byte(at: place)
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") || bytes[offset] == UInt8(ascii: "'") {
            offset += 1
        }
        guard offset < bytes.count, bytes[offset] == first else { return false }
        var end = offset + 1
        while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end += 1 }
        // U+E000 and the following, in UTF-8.
        bytes.replaceSubrange(offset..<end, with: [0xEE, 0x80, 0x80 + UInt8(renamed.count)])
        renamed[place] = key
        return true
    }

    // MARK: - The tree

    private mutating func convert(_ node: Node, depth: Int) throws(DiagnosticError) -> YAMLNode {
        let place = node.mark.map(clamped) ?? Place(file: source.file)
        remainingNodes -= 1
        guard remainingNodes >= 0 else {
            throw DiagnosticError(
                Diagnostic(place, "more than \(100_000) values, aliases unfolded: split the file"))
        }
        guard depth < 50 else { throw DiagnosticError(Diagnostic(place, "nested more than 50 levels deep")) }
        switch node {
        case .scalar(let scalar):
            return YAMLNode(content: .scalar(scalar.string, isPlain: scalar.style == .plain), place: place)
        case .sequence(let sequence):
            var elements: [YAMLNode] = []
            for element in sequence { elements.append(try convert(element, depth: depth + 1)) }
            return YAMLNode(content: .sequence(elements), place: place)
        case .mapping(let mapping):
            return YAMLNode(content: .mapping(try entries(of: mapping, depth: depth)), place: place)
        case .alias:
            throw DiagnosticError(Diagnostic(place, "an alias without a value"))
        }
    }

    private mutating func entries(of mapping: Node.Mapping, depth: Int) throws(DiagnosticError) -> [YAMLEntry] {
        var entries: [YAMLEntry] = []
        var merged: [YAMLEntry] = []
        var places: [String: Place] = [:]
        for (key, value) in mapping {
            let place = key.mark.map(clamped) ?? Place(file: source.file)
            guard case .scalar(let scalar) = key else {
                throw DiagnosticError(Diagnostic(place, "a key must be a text, not a list or mapping"))
            }
            let name = renamed[place] ?? scalar.string
            let entry = YAMLEntry(key: name, place: place, value: try convert(value, depth: depth + 1))
            if name == "<<", scalar.style == .plain {
                merged += try self.merged(entry.value)
            } else if let first = places[name] {
                problems.error(
                    place, "duplicate key '\(name)', first written in line \(first.line)",
                    suggestion: "keep one of them")
            } else {
                places[name] = place
                entries.append(entry)
            }
        }
        // What is written here wins over what is merged in, the first merged over the next.
        for entry in merged where places[entry.key] == nil {
            places[entry.key] = entry.place
            entries.append(entry)
        }
        return entries
    }

    private func merged(_ node: YAMLNode) throws(DiagnosticError) -> [YAMLEntry] {
        switch node.content {
        case .mapping(let entries): return entries
        case .sequence(let elements):
            var entries: [YAMLEntry] = []
            for element in elements { entries += try merged(element) }
            return entries
        case .scalar:
            throw DiagnosticError(Diagnostic(node.place, "'<<' merges a mapping or a list of them, such as *defaults"))
        }
    }

    /// Yams sees a line behind the text.
    private func clamped(_ mark: Mark) -> Place {
        let place = Place(file: source.file, line: max(1, mark.line), column: max(1, mark.column))
        let end = source.place(atByte: source.bytes.count)
        return place.line <= end.line ? place : end
    }
}
