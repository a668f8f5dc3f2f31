import ArgumentParser

/// The same for verbs in which -f means to follow.
struct FollowingScopeOptions: ParsableArguments, ScopeSelection {
    @Option(help: "Another file than hob.yml.", completion: .file(extensions: ["yml", "yaml"]))
    var file: String?

    @Option(
        name: [.customShort("C"), .long], help: "Look for hob.yml in this directory and above it.",
        completion: .directory)
    var directory: String?

    @Flag(help: "The system's services instead of a project's.")
    var system = false

    func validate() throws { try checkScope() }
}
