import ArgumentParser

/// Which project, or the system.
struct ScopeOptions: ParsableArguments, ScopeSelection {
    @Option(
        name: .shortAndLong, help: "Another file than hob.yml.", completion: .file(extensions: ["yml", "yaml"]))
    var file: String?

    @OptionGroup var place: PlaceOptions

    func validate() throws { try checkScope() }
}
