package import HobSupervisorCore
package import HobYAML

/// What a load found out.
package enum LoadResult: Sendable {
    /// The configuration can be applied.
    case loaded(Configuration)
    /// It cannot: everything that is wrong, by place. Nothing may be started or changed.
    case failed([Diagnostic])

    /// The configuration; nil when there is none.
    package var configuration: Configuration? {
        if case .loaded(let configuration) = self { configuration } else { nil }
    }

    /// What is wrong; empty when nothing is.
    package var errors: [Diagnostic] {
        if case .failed(let diagnostics) = self { diagnostics } else { [] }
    }
}

/// A configuration without mistakes, ready to be applied.
package struct Configuration: Hashable, Sendable {
    /// What the project is called: its `name:`, or the name of its directory; `system` for the system's.
    package var name: String
    /// The absolute directory of the files.
    package var directory: String
    /// The definitions and the base environment.
    package var set: AppliedSet
    /// The groups of services by name.
    package var groups: [String: [String]]
    /// What is odd but works, by place.
    package var warnings: [Diagnostic]
    /// All files that were read, as they were named: what a watcher would watch.
    package var files: [String]

    /// Makes a configuration.
    package init(
        name: String, directory: String, set: AppliedSet, groups: [String: [String]] = [:],
        warnings: [Diagnostic] = [], files: [String] = []
    ) {
        self.name = name
        self.directory = directory
        self.set = set
        self.groups = groups
        self.warnings = warnings
        self.files = files
    }
}
