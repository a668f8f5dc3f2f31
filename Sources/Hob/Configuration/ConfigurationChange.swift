/// What a reload, or the daemon's own code, has changed.
public struct ConfigurationChange: Sendable, CustomStringConvertible {
    /// One key that has another value now, or would have after a restart.
    public struct Item: Sendable, Hashable, CustomStringConvertible {
        /// The key.
        public let key: String
        /// The value before, masked where it is secret.
        public let old: String
        /// The value after, masked where it is secret.
        public let new: String
        /// Where the value after comes from.
        public let origin: ConfigurationOrigin

        /// `http.port: 8080 -> 9090 (config/base.yml:2:9)`.
        public var description: String { "\(key): \(old) -> \(new) (\(origin))" }
    }

    /// What has taken effect.
    public internal(set) var changed: [Item] = []
    /// What differs in the sources, and takes effect with the next start only.
    public internal(set) var needsRestart: [Item] = []
    /// What was ignored since a locked key was set before.
    public internal(set) var ignored: [Item] = []
    /// The values after it.
    public internal(set) var snapshot: ConfigurationSnapshot

    /// Whether a key has another value now.
    public func contains(_ key: some ConfigurationKey) -> Bool {
        changed.contains { $0.key == key.declaration.name }
    }

    /// One line for each key.
    public var description: String {
        (changed.map { "changed: \($0)" } + needsRestart.map { "needs a restart: \($0)" }
            + ignored.map { "ignored, since it is set once: \($0)" }).joined(separator: "\n")
    }

    var isEmpty: Bool { changed.isEmpty && needsRestart.isEmpty && ignored.isEmpty }

    /// Decides what a new resolution changes; pure.
    ///
    /// - Parameters:
    ///   - old: the values in effect.
    ///   - new: what the sources say now.
    ///   - programmed: the keys that the daemon's own code has set, which stay.
    init(from old: ConfigurationSnapshot, to new: ConfigurationSnapshot, programmed: Set<String>) {
        snapshot = old
        for next in new.all {
            let name = next.declaration.name
            guard let current = old.values[name] else { continue }
            if current.typed.content == next.typed.content, !programmed.contains(name) {
                snapshot.values[name] = next
            } else if current.typed.content == next.typed.content {
                continue
            } else if next.declaration.isLocked, current.origin != .defaultValue {
                // A weaker source than the code is no news, unless the sources had to say.
                if !programmed.contains(name) { ignored.append(Item(current, next)) }
            } else if programmed.contains(name) {
                continue
            } else if next.declaration.reloads {
                changed.append(Item(current, next))
                snapshot.values[name] = next
            } else {
                needsRestart.append(Item(current, next))
            }
        }
    }

    /// A change of one key.
    init(
        of old: ConfigurationResolver.Resolved, to new: ConfigurationResolver.Resolved,
        in snapshot: ConfigurationSnapshot
    ) {
        self.snapshot = snapshot
        changed = [Item(old, new)]
    }
}

extension ConfigurationChange.Item {
    init(_ old: ConfigurationResolver.Resolved, _ new: ConfigurationResolver.Resolved) {
        self.init(key: old.declaration.name, old: old.shown, new: new.shown, origin: new.origin)
    }
}

extension ConfigurationResolver.Resolved {
    /// The value for people: masked where it is secret.
    var shown: String {
        switch typed.content {
        case .nothing: "(nothing)"
        case _ where declaration.isSecret: "********"
        case .string(""): "''"
        case .list(let elements): "[\(elements.joined(separator: ", "))]"
        case .string, .int, .double, .bool: typed.content.text
        }
    }
}
