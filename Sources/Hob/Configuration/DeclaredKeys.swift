import HobPolicy

/// All keys of a daemon, checked against each other, with the names that they have in files and in the environment.
struct DeclaredKeys: Sendable {
    /// What a name that somebody has written stands for.
    enum Meaning {
        /// The value of a key.
        case value(ConfigurationDeclaration)
        /// The path of a file that holds a secret key's value.
        case path(ConfigurationDeclaration)
    }

    /// The keys in the order in which they were declared.
    let all: [ConfigurationDeclaration]
    /// What is wrong with the declarations.
    let problems: [ConfigurationDiagnostic]
    /// What all variables of this daemon begin with: `DIRLISTER_`.
    let variablePrefix: String
    private let meanings: [String: Meaning]
    private let byVariable: [String: String]
    private let sections: [String: [String]]

    /// Checks the keys of a daemon.
    init(_ keys: [any ConfigurationKey], daemon: String) {
        variablePrefix = Self.variableWord(daemon) + "_"
        var all: [ConfigurationDeclaration] = []
        var problems: [ConfigurationDiagnostic] = []
        var meanings: [String: Meaning] = [:]
        var byVariable: [String: String] = [:]
        var sections: [String: [String]] = [:]
        func refuse(_ message: String, _ suggestion: String) {
            problems.append(ConfigurationDiagnostic(.declaration, message, suggestion: suggestion))
        }
        for key in keys.map(\.declaration) {
            guard Self.isName(key.name) else {
                refuse(
                    "'\(key.name)' is no name of a key",
                    "use small letters, digits, '_' and '-' in parts that dots join, such as 'http.port'")
                continue
            }
            if let variable = key.variable, variable.isEmpty || variable.contains("=") || variable.contains("\0") {
                refuse("'\(variable)' of '\(key.name)' is no name of a variable", "use one such as DATABASE_URL")
                continue
            }
            all.append(key)
            var names = [(key.name, Meaning.value(key))]
            if let fileName = key.fileName { names.append((fileName, .path(key))) }
            for (name, meaning) in names {
                guard meanings.updateValue(meaning, forKey: name) == nil else {
                    let isStandard = name.hasPrefix("daemon.") || name.hasPrefix("log.")
                    refuse(
                        "'\(name)' is declared twice",
                        isStandard ? "every daemon has it: give yours another name" : "keep one of them")
                    continue
                }
                let variable = variablePrefix + Self.variableWord(name)
                if let other = byVariable.updateValue(name, forKey: variable) {
                    refuse("'\(other)' and '\(name)' are the same variable, \(variable)", "rename one of them")
                }
                var rest = name[...]
                while let dot = rest.lastIndex(of: ".") {
                    let child = String(rest[rest.index(after: dot)...])
                    rest = rest[..<dot]
                    if sections[String(rest), default: []].contains(child) { break }
                    sections[String(rest), default: []].append(child)
                }
            }
        }
        for key in all where sections[key.name] != nil {
            refuse("'\(key.name)' is a key and a section of keys", "rename the key")
        }
        self.all = all
        self.problems = problems
        self.meanings = meanings
        self.byVariable = byVariable
        self.sections = sections
    }

    /// What a name stands for; nil when no key has it.
    func meaning(of name: String) -> Meaning? { meanings[name] }

    /// The declaration of a key; nil when there is none of this name.
    func declaration(of name: String) -> ConfigurationDeclaration? {
        if case .value(let declaration)? = meanings[name] { declaration } else { nil }
    }

    /// Whether keys begin with this name and a dot.
    func isSection(_ name: String) -> Bool { sections[name] != nil }

    /// The parts that may follow a section's name.
    func children(of section: String) -> [String] { sections[section] ?? [] }

    /// The name that a variable stands for; nil when no key has it.
    func name(ofVariable variable: String) -> String? { byVariable[variable] }

    /// Whether a key takes its value from this variable too, which other programs may use.
    func isShared(variable: String) -> Bool { all.contains { $0.variable == variable } }

    /// The variable of a key.
    func variable(of name: String) -> String { variablePrefix + Self.variableWord(name) }

    /// What somebody probably meant by a variable that no key has.
    func suggestion(forVariable variable: String) -> String? {
        let length = variablePrefix.utf8.count
        let words = byVariable.keys.sorted().map { String($0.dropFirst(length)) }
        return Spelling.nearest(to: String(variable.dropFirst(length)), among: words)
            .map { "did you mean '\(variablePrefix)\($0)'?" }
    }

    /// What somebody probably meant by a name that no key has, or which names there are.
    func suggestion(for name: String) -> String {
        let names = meanings.keys.sorted()
        if let near = Spelling.didYouMean(name, among: names + sections.keys.sorted()) { return near }
        // The right word in the wrong section, or in none.
        let last = name.split(separator: ".").last.map { String($0) } ?? name
        let namesakes = names.filter { $0.split(separator: ".").last.map { String($0) } == last }
        if namesakes.count == 1 { return "did you mean '\(namesakes[0])'?" }
        if names.isEmpty { return "this daemon has no keys" }
        return names.count <= 8 ? "the keys are \(names.joined(separator: ", "))" : "'config' lists the keys"
    }

    /// Upper case, with `_` for everything that is no letter or digit.
    static func variableWord(_ name: String) -> String {
        String(
            name.uppercased().unicodeScalars.map { scalar -> Character in
                ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : "_"
            })
    }

    private static func isName(_ name: String) -> Bool {
        // Keys that begin with x- are free for anchors.
        guard !name.hasPrefix("x-") else { return false }
        return name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            guard let first = part.first, ("a"..."z").contains(first) else { return false }
            return part.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "_" || $0 == "-" }
        }
    }
}
