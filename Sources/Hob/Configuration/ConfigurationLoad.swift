/// What one reading of all sources has found.
struct ConfigurationLoad: Sendable {
    /// The values; nil, or incomplete, where something is wrong.
    var snapshot: ConfigurationSnapshot?
    /// Everything that is wrong.
    var problems: [ConfigurationDiagnostic] = []
    /// The files of the configuration that were there.
    var files: Set<String> = []
    /// The files of secrets that were read, as absolute paths.
    var secretFiles: Set<String> = []

    /// The values of a load without mistakes.
    func checked() throws(ConfigurationError) -> ConfigurationSnapshot {
        guard problems.isEmpty, let snapshot else { throw ConfigurationError(problems) }
        return snapshot
    }
}
