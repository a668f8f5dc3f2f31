import HobYAML

/// What a reader makes of a text, written so that two of them can be compared.
struct Outcome: Equatable {
    /// The tree, each value with its place; nil when there is none.
    var tree: String?
    /// What is wrong, the first mistake first.
    var mistakes: [String]

    /// Whether the text was accepted; one without a value is.
    var isAccepted: Bool { mistakes.isEmpty }

    /// What our reader says.
    static func ours(_ bytes: [UInt8]) -> Outcome {
        outcome(bytes) { YAMLReader.read($0, reporting: $1) }
    }

    /// What Yams says.
    static func oracle(_ bytes: [UInt8]) -> Outcome {
        outcome(bytes) { YamsOracle.read($0, reporting: $1) }
    }

    private static func outcome(_ bytes: [UInt8], _ read: (SourceText, Problems) -> YAMLNode?) -> Outcome {
        let problems = Problems()
        do throws(DiagnosticError) {
            let root = read(try SourceText(file: "f", bytes: bytes), problems)
            return Outcome(
                tree: root.map { describe($0) }, mistakes: problems.errors.map { String("\($0)".dropFirst(2)) })
        } catch {
            return Outcome(tree: nil, mistakes: [String("\(error.diagnostic)".dropFirst(2))])
        }
    }

    /// `1:1{1:1"key"=1:6'plain'}`: places, quotes for what is not plain, brackets.
    static func describe(_ node: YAMLNode) -> String {
        let place = "\(node.place.line):\(node.place.column)"
        switch node.content {
        case .scalar(let text, isPlain: true): return "\(place)'\(text)'"
        case .scalar(let text, isPlain: false): return "\(place)\"\(text)\""
        case .sequence(let elements): return "\(place)[\(elements.map(describe).joined(separator: ","))]"
        case .mapping(let entries):
            let list = entries.map { "\($0.place.line):\($0.place.column)<\($0.key)>=\(describe($0.value))" }
            return "\(place){\(list.joined(separator: ","))}"
        }
    }
}
