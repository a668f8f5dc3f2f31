import HobPolicy

/// What a daemon runs for: it chooses the file of the configuration and what goes without saying.
///
/// Three are always there. Any other is one as soon as it has a file beside theirs: `config/staging.yml` makes
/// `-e staging`. A name without a file is a mistake, so that a misspelt one never runs with the wrong values.
public struct DaemonEnvironment: Sendable, Hashable, CustomStringConvertible {
    /// Its name: small letters, digits, `_` and `-`.
    public let rawValue: String

    /// Somebody works on the daemon; the default.
    public static let development = Self("development")
    /// A test runs it.
    public static let test = Self("test")
    /// It is in earnest.
    public static let production = Self("production")
    /// Those that need no file.
    public static let standard: [Self] = [development, test, production]

    /// The environment variable that chooses the environment: `HOB_ENV`.
    public static let variable = "HOB_ENV"

    /// The environment of this name; nil when it cannot be one, as `base`, whose file is everybody's.
    public init?(rawValue: String) {
        let isPlain = rawValue.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (48...57).contains(byte)
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        }
        guard isPlain, let first = rawValue.first, first.isLetter, rawValue != "base", rawValue.utf8.count <= 64 else {
            return nil
        }
        self.rawValue = rawValue
    }

    /// For names that stand above.
    private init(_ name: String) { rawValue = name }

    /// Its name.
    public var description: String { rawValue }

    /// The environment that was asked for: by `-e`, else by `HOB_ENV`, else development.
    ///
    /// - Parameters:
    ///   - flag: the word behind `-e`; nil when there is none.
    ///   - variables: the environment variables.
    ///   - others: the names that have a file of their own, besides the standard ones.
    ///   - directory: where such a file would be, for the message.
    /// - Throws: What is no environment, and which there are.
    public static func chosen(
        flag: String?, variables: [String: String], others: [String] = [], directory: String = "config"
    ) throws(ConfigurationError) -> (environment: DaemonEnvironment, origin: ConfigurationOrigin) {
        func named(_ word: String, _ origin: ConfigurationOrigin) throws(ConfigurationError) -> DaemonEnvironment {
            let known = standard.map(\.rawValue) + others.filter { Self(rawValue: $0) != nil }
            if known.contains(word), let environment = Self(rawValue: word) { return environment }
            throw refusal(of: word, origin, known: known, directory)
        }
        if let flag { return (try named(flag, .commandLine("-e \(WrittenValue.shortened(flag))")), .commandLine("-e")) }
        // An empty variable is how a shell leaves one out.
        if let word = variables[variable], !word.isEmpty {
            return (try named(word, .variable(variable)), .variable(variable))
        }
        return (.development, .defaultValue)
    }

    private static func refusal(
        of word: String, _ origin: ConfigurationOrigin, known: [String], _ directory: String
    ) -> ConfigurationError {
        let begun = known.first { !word.isEmpty && $0.hasPrefix(word.lowercased()) }
        let near = begun.map { "did you mean '\($0)'?" } ?? Spelling.didYouMean(word, among: known)
        let shown = WrittenValue.shortened(word)
        var names = known.map { "'\($0)'" }
        let last = names.removeLast()
        // Only a name can have a file.
        let own = Self(rawValue: word).map { "make \(directory)/\($0.rawValue).yml for one of your own" }
        return ConfigurationError([
            ConfigurationDiagnostic(
                origin, "the environment must be \(names.joined(separator: ", ")) or \(last), not '\(shown)'",
                suggestion: near ?? own)
        ])
    }
}
