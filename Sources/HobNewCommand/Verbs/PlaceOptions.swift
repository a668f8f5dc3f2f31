import ArgumentParser

/// What `hob` lets stand before any verb, as far as it means something here.
struct PlaceOptions: ParsableArguments {
    @Option(name: [.customShort("C"), .long], help: ArgumentHelp("Work in DIR.", valueName: "dir"))
    var directory: String?

    @Flag(name: .shortAndLong, help: "Print nothing but errors.")
    var quiet = false

    @Option(help: .hidden)
    var color: String?

    /// A project's directory by the name that was typed.
    func project(_ name: String) -> ProjectDirectory {
        guard let directory, !name.hasPrefix("/") else { return ProjectDirectory(path: name) }
        return ProjectDirectory(path: directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)")
    }

    /// Says something that is no error.
    func print(_ line: String) { if !quiet { Terminal.print(line) } }
}
