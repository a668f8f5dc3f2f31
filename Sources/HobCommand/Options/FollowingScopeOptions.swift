import ArgumentParser

/// The same for verbs in which -f means to follow.
struct FollowingScopeOptions: ParsableArguments, ScopeSelection {
    @Option(help: "Another file than hob.yml.", completion: .file(extensions: ["yml", "yaml"]))
    var file: String?

    @OptionGroup var place: PlaceOptions

    func validate() throws { try checkScope() }
}
