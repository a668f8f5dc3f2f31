import ArgumentParser

/// Where a project is looked for, unless the system is meant.
struct PlaceOptions: ParsableArguments {
    @Option(
        name: [.customShort("C"), .long], help: "Look for hob.yml in this directory and above it.",
        completion: .directory)
    var directory: String?

    @Flag(help: "The system's services instead of a project's.")
    var system = false
}
