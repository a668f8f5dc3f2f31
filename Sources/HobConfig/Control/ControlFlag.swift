import HobYAML

/// A flag of `hob control`, as a value of the file's key would be.
package struct ControlFlag: Hashable, Sendable {
    /// What messages call the command behind `--`.
    package static let commandName = "command"

    /// The key of the file.
    package let key: String
    private let name: String
    private let texts: [String]
    private let isList: Bool
    /// Whether `${VAR}` is a variable. In most flags the caller's shell has seen to that, and a dollar is a dollar.
    private let isExpanded: Bool

    private init(_ key: String, _ name: String, _ texts: [String], isList: Bool, isExpanded: Bool) {
        self.key = key
        self.name = name
        self.texts = texts
        self.isList = isList
        self.isExpanded = isExpanded
    }

    /// A flag with one value.
    package static func text(_ key: String, _ name: String, _ text: String) -> ControlFlag {
        ControlFlag(key, name, [text], isList: false, isExpanded: key == "ping" && text.hasPrefix("exec:"))
    }

    /// A flag whose value is split into words, as the file's commands are.
    package static func command(_ key: String, _ name: String, _ text: String) -> ControlFlag {
        ControlFlag(key, name, [text], isList: false, isExpanded: true)
    }

    /// A flag that was given several times, or words.
    package static func list(_ key: String, _ name: String, _ texts: [String]) -> ControlFlag {
        ControlFlag(key, name, texts, isList: true, isExpanded: false)
    }

    var field: Field {
        let place = Place(file: name)
        let nodes = texts.map { text in
            let source = isExpanded ? text : text.replacing("$", with: "$$")
            return YAMLNode(content: .scalar(source, isPlain: false), place: place)
        }
        let node = isList ? YAMLNode(content: .sequence(nodes), place: place) : nodes[0]
        return Field(name: name, node: node)
    }
}
