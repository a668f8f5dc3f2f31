/// What one source says: a file, the environment or the command line.
struct ConfigurationLayer: Sendable {
    /// One value that somebody has written.
    struct Entry: Sendable {
        let key: ConfigurationDeclaration
        let written: WrittenValue
        let origin: ConfigurationOrigin
        /// Whether it is the path of a file that holds the value.
        let isPath: Bool
    }

    /// The values, at most one of each name.
    private(set) var entries: [Entry] = []
    /// What is wrong with the source, apart from the values' types.
    private(set) var problems: [ConfigurationDiagnostic] = []
    private var places: [String: Int] = [:]

    /// Adds what stands behind a name.
    ///
    /// - Parameter replacing: whether a later one counts, as on a command line; else it is a duplicate.
    mutating func add(
        _ name: String, _ meaning: DeclaredKeys.Meaning, _ written: WrittenValue, _ origin: ConfigurationOrigin,
        replacing: Bool = false
    ) {
        let entry =
            switch meaning {
            case .value(let key): Entry(key: key, written: written, origin: origin, isPath: false)
            case .path(let key): Entry(key: key, written: written, origin: origin, isPath: true)
            }
        guard let place = places[name] else {
            places[name] = entries.count
            entries.append(entry)
            return
        }
        if replacing {
            entries[place] = entry
        } else {
            refuse(origin, "'\(name)' is set twice, first at \(entries[place].origin)", "keep one of them")
        }
    }

    /// Records that something is wrong.
    mutating func refuse(_ origin: ConfigurationOrigin, _ message: String, _ suggestion: String? = nil) {
        problems.append(ConfigurationDiagnostic(origin, message, suggestion: suggestion))
    }

    /// Records that something is wrong.
    mutating func refuse(_ diagnostic: ConfigurationDiagnostic) {
        problems.append(diagnostic)
    }
}
