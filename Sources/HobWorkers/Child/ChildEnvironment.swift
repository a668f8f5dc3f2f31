import HobSystem

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
        var variables = isInherited ? ProcessEnvironment.current : [:]
        for (name, value) in changes { variables[name] = value }
        return variables.map { "\($0.key)=\($0.value)" }.sorted()
    }
}
