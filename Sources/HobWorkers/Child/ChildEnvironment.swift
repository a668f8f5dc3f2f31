import Glibc

/// The environment a child process gets.
public struct ChildEnvironment: Hashable, Sendable {
    private let isInherited: Bool
    private let changes: [String: String?]

    /// Ours, as it is when the child starts.
    public static let inherited = ChildEnvironment(isInherited: true, changes: [:])

    /// Ours with these variables set; nil takes one away.
    public static func inherited(with changes: [String: String?]) -> ChildEnvironment {
        ChildEnvironment(isInherited: true, changes: changes)
    }

    /// These variables and no others.
    public static func only(_ variables: [String: String]) -> ChildEnvironment {
        ChildEnvironment(isInherited: false, changes: variables.mapValues { $0 })
    }

    /// As `NAME=value`, sorted.
    var entries: [String] {
        var variables: [String: String] = [:]
        if isInherited {
            for entry in Self.own() {
                guard let equals = entry.firstIndex(of: "=") else { continue }
                variables[String(entry[..<equals])] = String(entry[entry.index(after: equals)...])
            }
        }
        for (name, value) in changes { variables[name] = value }
        return variables.map { "\($0.key)=\($0.value)" }.sorted()
    }

    private static func own() -> [String] {
        var entries: [String] = []
        var next = environ
        while let entry = next.pointee {
            entries.append(String(cString: entry))
            next += 1
        }
        return entries
    }
}
