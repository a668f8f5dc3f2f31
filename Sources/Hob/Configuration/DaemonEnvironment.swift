import HobPolicy

/// What a daemon runs for: it chooses the file of the configuration and what goes without saying.
public enum DaemonEnvironment: String, Sendable, Hashable, CaseIterable, ConfigurationValue {
    /// Somebody works on the daemon; the default.
    case development
    /// A test runs it.
    case test
    /// It is in earnest.
    case production

    /// The environment variable that chooses the environment: `HOB_ENV`.
    public static let variable = "HOB_ENV"

    /// The environment that was asked for: by `-e`, else by `HOB_ENV`, else development.
    ///
    /// - Parameters:
    ///   - flag: the word behind `-e`; nil when there is none.
    ///   - variables: the environment variables.
    /// - Throws: What is no environment, and which there are.
    public static func chosen(
        flag: String?, variables: [String: String]
    ) throws(ConfigurationError) -> (environment: DaemonEnvironment, origin: ConfigurationOrigin) {
        if let flag { return (try named(flag, .commandLine("-e \(WrittenValue.shortened(flag))")), .commandLine("-e")) }
        // An empty variable is how a shell leaves one out.
        if let word = variables[variable], !word.isEmpty {
            return (try named(word, .variable(variable)), .variable(variable))
        }
        return (.development, .defaultValue)
    }

    private static func named(
        _ word: String, _ origin: ConfigurationOrigin
    ) throws(ConfigurationError) -> DaemonEnvironment {
        if let environment = DaemonEnvironment(rawValue: word) { return environment }
        let begun = allCases.first { !word.isEmpty && $0.rawValue.hasPrefix(word.lowercased()) }
        let suggestion =
            begun.map { "did you mean '\($0.rawValue)'?" } ?? Spelling.didYouMean(word, among: allCases.map(\.rawValue))
        throw ConfigurationError([
            ConfigurationDiagnostic(
                origin, "the environment must be \(configurationExpectation), not '\(WrittenValue.shortened(word))'",
                suggestion: suggestion)
        ])
    }
}
