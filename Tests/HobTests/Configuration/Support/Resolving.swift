@testable import Hob

/// Resolves texts as if they stood in files; nothing is read from the disk.
func resolve(
    _ keys: [any ConfigurationKey] = Keys.all, base: String? = nil, production: String? = nil,
    variables: [String: String] = [:], set: [String] = [], secrets: [String: String] = [:]
) -> ConfigurationResolver.Resolution {
    let keys = DeclaredKeys(keys, daemon: "dirlister")
    var layers = [
        ConfigurationLayer(overrides: set, keys: keys), ConfigurationLayer(variables: variables, keys: keys),
        ConfigurationLayer(sharedVariables: variables, keys: keys),
    ]
    if let production {
        layers.append(ConfigurationLayer(file: "config/production.yml", bytes: Array(production.utf8), keys: keys))
    }
    if let base { layers.append(ConfigurationLayer(file: "config/base.yml", bytes: Array(base.utf8), keys: keys)) }
    let resolver = ConfigurationResolver(keys: keys, files: ["config/production.yml", "config/base.yml"]) { path, _ in
        secrets[path].map { .success($0) } ?? .failure(.init(reason: "no such file"))
    }
    return resolver.resolve(layers)
}

extension ConfigurationResolver.Resolution {
    /// Everything that is wrong, one line each.
    var messages: [String] { problems.map(\.description) }

    /// A value and its origin: `9090 config/base.yml:1:7`.
    func line(_ key: some ConfigurationKey) -> String {
        guard let value = values[key.declaration.name] else { return "none" }
        return "\(value.typed.content.text) \(value.origin)"
    }
}
