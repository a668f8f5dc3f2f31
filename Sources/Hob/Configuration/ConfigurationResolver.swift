/// Decides which value each key has, from layers of written values; it reads nothing itself.
struct ConfigurationResolver: Sendable {
    /// What is decided for one key.
    struct Resolved: Sendable {
        let declaration: ConfigurationDeclaration
        let typed: TypedValue
        let origin: ConfigurationOrigin
    }

    /// The values, and everything that is wrong; the values are good for something only when nothing is.
    struct Resolution: Sendable {
        var values: [String: Resolved] = [:]
        var problems: [ConfigurationDiagnostic] = []
    }

    /// Why the file of a secret cannot be used, in words.
    struct SecretRefusal: Error {
        let reason: String
    }

    let keys: DeclaredKeys
    /// The content of a secret's file, by its path and where that path was written.
    let secret: @Sendable (String, ConfigurationOrigin) -> Result<String, SecretRefusal>
    /// The names of the configuration's files, for messages.
    let files: [String]

    init(
        keys: DeclaredKeys, files: [String] = [],
        secret: @escaping @Sendable (String, ConfigurationOrigin) -> Result<String, SecretRefusal> = { _, _ in
            .failure(SecretRefusal(reason: "no files here"))
        }
    ) {
        self.keys = keys
        self.files = files
        self.secret = secret
    }

    /// Resolves all keys; every written value is checked, also where a stronger layer hides it.
    ///
    /// - Parameter layers: the strongest first.
    func resolve(_ layers: [ConfigurationLayer]) -> Resolution {
        var resolution = Resolution()
        resolution.problems = keys.problems
        // Names that somebody has set, rightly or not: they are not missing.
        var set: Set<String> = []
        for layer in layers {
            resolution.problems += layer.problems
            var inLayer: [String: ConfigurationOrigin] = [:]
            for entry in layer.entries {
                let name = entry.key.name
                if let other = inLayer.updateValue(entry.origin, forKey: name) {
                    resolution.problems.append(
                        ConfigurationDiagnostic(
                            entry.origin, "'\(name)' is set here and by '\(name)_file', too (\(other))",
                            suggestion: "keep one of them"))
                    continue
                }
                let isStrongest = set.insert(name).inserted
                guard let resolved = resolve(entry, readingFile: isStrongest, &resolution.problems) else { continue }
                if isStrongest { resolution.values[name] = resolved }
            }
        }
        for key in keys.all where !set.contains(key.name) {
            if let fallback = key.fallback {
                resolution.values[key.name] = Resolved(declaration: key, typed: fallback, origin: .defaultValue)
            } else {
                resolution.problems.append(missing(key))
            }
        }
        return resolution
    }

    /// Reads one entry; nil when it is wrong, which is reported, or when its file is not wanted.
    private func resolve(
        _ entry: ConfigurationLayer.Entry, readingFile: Bool, _ problems: inout [ConfigurationDiagnostic]
    ) -> Resolved? {
        let key = entry.key
        guard entry.isPath else { return typed(key, entry.written, entry.origin, &problems) }
        guard let path = entry.written.single, !path.isEmpty else {
            problems.append(
                ConfigurationDiagnostic(
                    entry.origin, "'\(key.name)_file' must be the path of a file, not empty or a list"))
            return nil
        }
        // A file that a stronger layer hides need not be there.
        guard readingFile else { return nil }
        switch secret(path, entry.origin) {
        case .success(let text):
            return typed(key, .words(text), .secretFile(path, namedBy: entry.origin), &problems)
        case .failure(let refusal):
            problems.append(
                ConfigurationDiagnostic(
                    entry.origin, "'\(key.name)_file': \(path) cannot be read", suggestion: refusal.reason))
            return nil
        }
    }

    private func typed(
        _ key: ConfigurationDeclaration, _ written: WrittenValue, _ origin: ConfigurationOrigin,
        _ problems: inout [ConfigurationDiagnostic]
    ) -> Resolved? {
        do throws(ConfigurationMismatch) {
            return Resolved(declaration: key, typed: try key.read(written), origin: origin)
        } catch {
            problems.append(Self.diagnostic(of: error, key, written, origin))
            return nil
        }
    }

    private static func diagnostic(
        of mismatch: ConfigurationMismatch, _ key: ConfigurationDeclaration, _ written: WrittenValue,
        _ origin: ConfigurationOrigin
    ) -> ConfigurationDiagnostic {
        if written == .nothing {
            return ConfigurationDiagnostic(
                origin, "'\(key.name)' has no value", suggestion: "give it one, or remove the line")
        }
        let expected = "'\(key.name)' must be \(key.expectation(of: mismatch))"
        if key.isSecret { return ConfigurationDiagnostic(origin, "\(expected); what it is stays secret") }
        // A list of the right type has its own words for what is wrong in it.
        if case .list = written, mismatch.expected != nil { return ConfigurationDiagnostic(origin, expected) }
        return ConfigurationDiagnostic(origin, "\(expected), not \(written.shown)", suggestion: mismatch.suggestion)
    }

    private func missing(_ key: ConfigurationDeclaration) -> ConfigurationDiagnostic {
        var ways = files
        ways.append(keys.variable(of: key.name))
        if let variable = key.variable { ways.append(variable) }
        ways.append(key.isSecret ? "--set \(key.name)_file=PATH" : "--set \(key.name)=…")
        let last = ways.removeLast()
        return ConfigurationDiagnostic(
            nil, "'\(key.name)' has no value and no default",
            suggestion: "set it in \(ways.joined(separator: ", ")) or with \(last)")
    }
}
