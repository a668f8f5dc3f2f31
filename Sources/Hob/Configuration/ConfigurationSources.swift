import Glibc
import HobSystem

/// Where a daemon's configuration comes from, the strongest first:
///
/// 1. the command line: `--set http.port=8080`;
/// 2. environment variables, named after the daemon and the key: `DIRLISTER_HTTP_PORT=8080`; then those that a key
///    names itself, such as `DATABASE_URL`;
/// 3. the file of the environment: `config/production.yml`;
/// 4. the file of all environments: `config/base.yml`;
/// 5. the defaults that the keys declare.
///
/// Both files may be missing. A secret key may also be set by the path of a file that holds it: `api.token_file` in a
/// file, `DIRLISTER_API_TOKEN_FILE`, `--set api.token_file=PATH`; in a file the path is seen from that file.
public struct ConfigurationSources: Sendable, CustomStringConvertible {
    /// The keys of the daemon; no others are allowed.
    public var keys: [any ConfigurationKey]
    /// The daemon's name, which its environment variables begin with.
    public var daemon: String
    /// The environment, which chooses the second file.
    public var environment: DaemonEnvironment
    /// How the environment was chosen.
    public var environmentOrigin: ConfigurationOrigin
    /// The directory of the files, as messages name it.
    public let directory: String
    /// Whether somebody asked for this directory, so that it is an error when it is missing.
    public let requiresDirectory: Bool
    /// What `--set` says: `key=value`.
    public var overrides: [String]
    /// What flags of their own say, such as `--log-level`; they come before `--set`.
    var flags: [ConfigurationFlag] = []
    /// The environment variables.
    public var variables: [String: String]
    /// The working directory of this moment, so that a daemon that changes it finds its files again.
    private let workingDirectory: String

    /// Sources; nothing is read yet.
    ///
    /// - Parameters:
    ///   - keys: the keys of the daemon.
    ///   - daemon: the daemon's name.
    ///   - environment: the environment, and how it was chosen.
    ///   - directory: where the files are; nil is `config` in the working directory, which may be missing.
    ///   - overrides: what `--set` says.
    ///   - variables: the environment variables.
    public init(
        keys: [any ConfigurationKey], daemon: String,
        environment: (environment: DaemonEnvironment, origin: ConfigurationOrigin) = (.development, .defaultValue),
        directory: String? = nil, overrides: [String] = [], variables: [String: String] = [:]
    ) {
        self.keys = keys
        self.daemon = daemon
        self.environment = environment.environment
        environmentOrigin = environment.origin
        self.directory = directory ?? Self.defaultDirectory
        requiresDirectory = directory != nil
        self.overrides = overrides
        self.variables = variables
        workingDirectory = Self.currentDirectory()
    }

    /// The file of all environments, as messages name it.
    public var baseFile: String { joined(directory, "base.yml") }
    /// The file of this environment, as messages name it.
    public var environmentFile: String { joined(directory, "\(environment.rawValue).yml") }

    /// The files; the variables stay out of it, since they may hold secrets.
    public var description: String { "\(environmentFile) over \(baseFile)" }

    /// Reads everything and resolves it.
    ///
    /// - Parameter known: the files that an earlier load has read: one that has gone since is an error, not a lot of
    ///   defaults.
    func load(known: Set<String> = []) -> ConfigurationLoad {
        let keys = DeclaredKeys(keys, daemon: daemon)
        var load = ConfigurationLoad()
        if requiresDirectory, !isDirectory(absolute(directory)) {
            load.problems.append(
                ConfigurationDiagnostic(
                    nil, "\(directory) is no directory", suggestion: "name the one that holds base.yml"))
        }
        var layers = [
            ConfigurationLayer(flags: flags, overrides: overrides, keys: keys),
            ConfigurationLayer(variables: variables, keys: keys),
            ConfigurationLayer(sharedVariables: variables, keys: keys),
        ]
        for file in [environmentFile, baseFile] {
            switch ConfigurationFile.read(absolute(file)) {
            case .success(let bytes):
                load.files.insert(file)
                layers.append(ConfigurationLayer(file: file, bytes: bytes, keys: keys))
            case .failure(let refusal) where refusal.isMissing:
                guard known.contains(file) else { continue }
                load.problems.append(
                    ConfigurationDiagnostic(
                        .file(file, line: 1, column: 1), "the file has gone",
                        suggestion: "put it back, or restart the daemon without it"))
            case .failure(let refusal):
                load.problems.append(
                    ConfigurationDiagnostic(
                        .file(file, line: 1, column: 1), "the file cannot be read", suggestion: refusal.reason))
            }
        }
        let resolver = ConfigurationResolver(keys: keys, files: [environmentFile, baseFile]) { path, origin in
            secret(path, origin)
        }
        let resolution = resolver.resolve(layers)
        load.problems += resolution.problems
        load.snapshot = ConfigurationSnapshot(
            environment: environment, environmentOrigin: environmentOrigin, keys: keys, values: resolution.values)
        for case .secretFile(let path, let origin) in resolution.values.values.map(\.origin) {
            load.secretFiles.insert(secretPath(path, origin))
        }
        return load
    }

    /// The names that have a file in the directory: those an environment may be called besides the standard ones.
    ///
    /// - Parameter directory: where the files are; nil is `config` in the working directory.
    static func environments(in directory: String?) -> [String] {
        let path = directory ?? defaultDirectory
        guard let folder = try? Descriptor.open(path, flags: [.readOnly, .directory]) else { return [] }
        return ((try? folder.names()) ?? []).filter { $0.hasSuffix(".yml") }.map { String($0.dropLast(4)) }
            .filter { name in !DaemonEnvironment.standard.contains { $0.rawValue == name } }.sorted()
    }

    /// Where the files are when nobody says.
    static let defaultDirectory = "config"

    /// The absolute directory of the files.
    var absoluteDirectory: String { absolute(directory) }

    private func secret(
        _ path: String, _ origin: ConfigurationOrigin
    ) -> Result<String, ConfigurationResolver.SecretRefusal> {
        switch ConfigurationFile.read(secretPath(path, origin)) {
        case .failure(let refusal): return .failure(.init(reason: refusal.reason))
        case .success(let bytes):
            guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
                return .failure(.init(reason: "it must hold UTF-8 text"))
            }
            // An editor ends the last line; the line end is no part of the secret.
            var secret = text[...]
            if secret.unicodeScalars.last == "\n" { secret.unicodeScalars.removeLast() }
            if secret.unicodeScalars.last == "\r" { secret.unicodeScalars.removeLast() }
            return secret.isEmpty ? .failure(.init(reason: "it is empty")) : .success(String(secret))
        }
    }

    private func secretPath(_ path: String, _ origin: ConfigurationOrigin) -> String {
        // Both files of the configuration are in the one directory.
        if case .file = origin { return joined(absoluteDirectory, path) }
        return absolute(path)
    }

    private func absolute(_ path: String) -> String { joined(workingDirectory, path) }

    private func joined(_ directory: String, _ path: String) -> String {
        if path.hasPrefix("/") || directory == "." { return path }
        return directory.hasSuffix("/") ? directory + path : "\(directory)/\(path)"
    }

    private func isDirectory(_ path: String) -> Bool {
        (try? FileStatus.of(path, followingLinks: true))?.isDirectory ?? false
    }

    private static func currentDirectory() -> String {
        guard let path = getcwd(nil, 0) else { return "." }
        defer { free(path) }
        return String(cString: path)
    }
}
