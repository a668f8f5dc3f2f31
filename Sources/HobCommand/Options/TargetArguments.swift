import ArgumentParser
import HobClient
import HobProtocol
import HobSystem

extension CompletionKind {
    /// The services and instances of the running project.
    static var instances: CompletionKind {
        .custom { words, _, _ in InstanceCompletion.names(for: words) }
    }
}

extension ArgumentHelp {
    /// Names of what an order is for; none means all.
    static let targets = ArgumentHelp(
        "Services, instances (web@2), groups, globs ('web*') or /regular expressions/; all when none is named.",
        valueName: "name")
    /// Names of what an order is for; at least one.
    static let someTargets = ArgumentHelp(
        "Services, instances (web@2), groups, globs ('web*') or /regular expressions/.", valueName: "name")
}

/// Finds names for the shell's completion; says nothing when it cannot.
enum InstanceCompletion {
    static func names(for words: [String]) -> [String] {
        var place = PlaceOptions()
        place.directory = value(of: ["-C", "--directory"], in: words)
        place.system = words.contains("--system")
        var options = ScopeOptions()
        options.file = value(of: ["-f", "--file"], in: words)
        options.place = place
        let deadline = MonotonicTime.now() + .milliseconds(500)
        guard let connection = try? options.launcher().connect(),
            let statuses = try? connection.statuses(of: [], until: deadline)
        else { return [] }
        var names: [String] = []
        for status in statuses {
            for name in [status.service, status.instance] + status.groups where !names.contains(name) {
                names.append(name)
            }
        }
        return names
    }

    private static func value(of names: [String], in words: [String]) -> String? {
        guard let index = words.firstIndex(where: names.contains), index + 1 < words.count else { return nil }
        return words[index + 1]
    }
}
