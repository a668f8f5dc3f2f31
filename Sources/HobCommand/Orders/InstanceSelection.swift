import Glibc
import HobClient
import HobPolicy
import HobProtocol
import HobSystem

/// Which instances' logs are meant, with or without a supervisor who knows groups.
struct InstanceSelection {
    private let names: [String]
    private let instances: Set<String>
    private let expressions: [RegularExpression]

    /// Resolves names; a running supervisor is asked for groups and services, files are matched by name besides.
    init(_ names: [String], _ connection: SupervisorConnection?) throws {
        self.names = names
        var found: Set<String> = []
        if let connection {
            for name in names {
                // Logs outlive their services: a name that is unknown now may still have files.
                for status in (try? connection.statuses(of: [name])) ?? [] { found.insert(status.instance) }
            }
        }
        instances = found
        expressions = try names.filter(Self.isExpression).map { name in
            try RegularExpression(String(name.dropFirst().dropLast()))
        }
    }

    /// Whether an instance is meant.
    func includes(_ instance: String) -> Bool {
        if names.isEmpty || instances.contains(instance) { return true }
        let service = LogFileName.service(of: instance)
        return names.contains { name in
            name == instance || name == service || (Self.isGlob(name) && fnmatch(name, instance, 0) == 0)
        } || expressions.contains { $0.matches(instance) }
    }

    /// What to say when nothing was found among these instances.
    func complaint(among known: [String]) -> String {
        guard !names.isEmpty else { return "there are no logs yet" }
        let candidates = Set(known + known.map { LogFileName.service(of: $0) }).sorted()
        let hint = names.count == 1 ? Spelling.didYouMean(names[0], among: candidates) : nil
        return "there are no logs of \(names.joined(separator: ", "))" + (hint.map { ": \($0)" } ?? "")
    }

    private static func isGlob(_ name: String) -> Bool {
        name.contains { "*?[".contains($0) }
    }

    private static func isExpression(_ name: String) -> Bool {
        name.count > 2 && name.hasPrefix("/") && name.hasSuffix("/")
    }
}
