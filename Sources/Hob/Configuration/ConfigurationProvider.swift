public import Configuration

/// Hands the values of one source to libraries that read swift-configuration.
///
/// It offers only keys that the daemon declares, and only those whose effective value comes from this source: in
/// whatever order the providers are asked, the answer is the one that the daemon itself sees. Its name is the source's,
/// so that an access log says where a value came from.
public struct ConfigurationProvider: ConfigProvider {
    /// A source, as the name of the provider.
    fileprivate enum Source: Sendable {
        case program, commandLine, variables, defaults
        case file(String)
    }

    /// The name of the source: a file's path, `--set`, `DIRLISTER_*`, `defaults` or `program`.
    public let providerName: String
    private let configuration: LiveConfiguration
    private let source: Source

    private struct Snapshot: ConfigSnapshot {
        let providerName: String
        let source: Source
        let values: ConfigurationSnapshot

        func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
            let name = key.components.joined(separator: ".")
            guard let resolved = values.values[name], source.holds(resolved.origin), resolved.typed.content != .nothing
            else { return LookupResult(encodedKey: name, value: nil) }
            guard let content = ConfigContent(resolved.typed.content, as: type) else {
                throw ConfigurationError(
                    wrongType:
                        "'\(name)' (\(resolved.origin)) is \(resolved.declaration.expectation), which cannot be read as \(type)"
                )
            }
            return LookupResult(
                encodedKey: name, value: ConfigValue(content, isSecret: resolved.declaration.isSecret))
        }
    }

    /// The providers of a configuration, one for each source, the strongest first.
    static func all(of configuration: LiveConfiguration) -> [ConfigurationProvider] {
        let sources = configuration.sources
        let variables = DeclaredKeys([], daemon: sources.daemon).variablePrefix + "*"
        return [
            Self(providerName: "program", configuration: configuration, source: .program),
            Self(providerName: "--set", configuration: configuration, source: .commandLine),
            Self(providerName: variables, configuration: configuration, source: .variables),
            Self(
                providerName: sources.environmentFile, configuration: configuration,
                source: .file(sources.environmentFile)),
            Self(providerName: sources.baseFile, configuration: configuration, source: .file(sources.baseFile)),
            Self(providerName: "defaults", configuration: configuration, source: .defaults),
        ]
    }

    /// The value of now.
    public func value(forKey key: AbsoluteConfigKey, type: ConfigType) throws -> LookupResult {
        try snapshot().value(forKey: key, type: type)
    }

    /// The value of now.
    public func fetchValue(forKey key: AbsoluteConfigKey, type: ConfigType) async throws -> LookupResult {
        try value(forKey: key, type: type)
    }

    /// The value of now, then one for each change of the configuration.
    nonisolated(nonsending) public func watchValue<Return: ~Copyable>(
        forKey key: AbsoluteConfigKey, type: ConfigType,
        updatesHandler:
            nonisolated(nonsending) (ConfigUpdatesAsyncSequence<Result<LookupResult, any Error>, Never>) async throws ->
            Return
    ) async throws -> Return {
        let updates = configuration.snapshots.map { [self] snapshot in
            Result { try view(of: snapshot).value(forKey: key, type: type) }
        }
        return try await updatesHandler(ConfigUpdatesAsyncSequence(updates))
    }

    /// All values of now.
    public func snapshot() -> any ConfigSnapshot { view(of: configuration.snapshot) }

    /// All values of now, then those after each change of the configuration.
    nonisolated(nonsending) public func watchSnapshot<Return: ~Copyable>(
        updatesHandler:
            nonisolated(nonsending) (ConfigUpdatesAsyncSequence<any ConfigSnapshot, Never>) async throws -> Return
    ) async throws -> Return {
        let updates = configuration.snapshots.map { [self] snapshot -> any ConfigSnapshot in view(of: snapshot) }
        return try await updatesHandler(ConfigUpdatesAsyncSequence(updates))
    }

    private func view(of values: ConfigurationSnapshot) -> Snapshot {
        Snapshot(providerName: providerName, source: source, values: values)
    }
}

extension LiveConfiguration {
    /// The configuration for libraries that read swift-configuration: `ConfigReader(providers: configuration.providers)`.
    public var providers: [any ConfigProvider] { ConfigurationProvider.all(of: self) }
}

extension ConfigurationProvider.Source {
    fileprivate func holds(_ origin: ConfigurationOrigin) -> Bool {
        switch (self, origin.layer) {
        case (.program, .program), (.commandLine, .commandLine), (.variables, .variable), (.defaults, .defaultValue):
            true
        case (.file(let own), .file(let path, _, _)): own == path
        default: false
        }
    }
}

extension ConfigContent {
    /// A value in the form that somebody asks for; nil when it has none that loses nothing.
    fileprivate init?(_ content: ConfigurationContent, as type: ConfigType) {
        switch (type, content) {
        case (.string, .nothing), (.string, .list): return nil
        case (.string, _): self = .string(content.text)
        case (.int, .int(let number)): self = .int(number)
        case (.double, .int(let number)): self = .double(Double(number))
        case (.double, .double(let number)): self = .double(number)
        case (.bool, .bool(let flag)): self = .bool(flag)
        case (.bytes, .string(let text)): self = .bytes(Array(text.utf8))
        case (.stringArray, .list(let elements)): self = .stringArray(elements)
        case (.byteChunkArray, .list(let elements)): self = .byteChunkArray(elements.map { Array($0.utf8) })
        case (.intArray, .list(let elements)):
            let numbers = elements.compactMap { Int($0) }
            guard numbers.count == elements.count else { return nil }
            self = .intArray(numbers)
        case (.doubleArray, .list(let elements)):
            let numbers = elements.compactMap { Double($0) }
            guard numbers.count == elements.count else { return nil }
            self = .doubleArray(numbers)
        case (.boolArray, .list(let elements)):
            let flags = elements.compactMap { Bool($0) }
            guard flags.count == elements.count else { return nil }
            self = .boolArray(flags)
        default: return nil
        }
    }
}
