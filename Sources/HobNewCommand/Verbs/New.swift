import ArgumentParser

/// `hob new`
struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the package of a new daemon, with tests, that builds and runs as it is.",
        discussion: """
            The kinds:
            \(ProjectKind.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n"))

            Files that are there already are overwritten only with your consent; without a terminal nothing is \
            written then, and the exit code is 73. 'hob destroy NAME' undoes all of it.

            Example:
              $ hob new hello
              $ hob new shop --kind http
            """)

    @Argument(help: "The daemon's name: small letters, digits and '-'; or the path of a directory that ends in it.")
    var name: String

    @Option(name: .shortAndLong, help: "simple, cron, tcp, http, service, workers or amqp.")
    var kind = ProjectKind.simple

    @Option(
        help: ArgumentHelp(
            "Where the package Hob comes from; default: the checkout hob was built in, else its releases.",
            valueName: "path|url"))
    var hob: String?

    @Flag(name: [.customShort("n"), .long], help: "Write nothing; say what would be done.")
    var dryRun = false

    @Flag(help: "Overwrite files that are there and differ.")
    var force = false

    @Flag(help: "Leave files that are there and differ.")
    var skip = false

    @Flag(name: .shortAndLong, help: "Answer every question with yes.")
    var yes = false

    @OptionGroup var place: PlaceOptions

    func validate() throws {
        if skip, force || yes { throw ValidationError("--skip contradicts --\(force ? "force" : "yes"): say one") }
    }

    func run() throws {
        var typed = name
        while typed.count > 1, typed.hasSuffix("/") { typed.removeLast() }
        let last = typed.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        let project = Project(name: try ProjectName(last), kind: kind, hob: try PackageSource.resolve(hob))
        let directory = place.project(typed)
        var creation = try Creation(project, in: directory)
        if !dryRun || policy != .refuse { try creation.settle(policy) { ask(about: "\(directory.path)/\($0)") } }
        if !dryRun { try perform(&creation) }
        for step in creation.steps {
            place.print("\(Self.padded(step.action.rawValue)) \(directory.path)/\(step.file.path)")
        }
        if dryRun {
            place.print("nothing has been written (--dry-run)")
        } else {
            for line in ClosingWords.lines(for: project, in: directory.path) { place.print(line) }
        }
    }

    private var policy: OverwritePolicy {
        if force || yes { return .force }
        if skip { return .skip }
        return Terminal.canAsk && !dryRun ? .ask : .refuse
    }

    private func perform(_ creation: inout Creation) throws {
        do { try creation.perform() } catch {
            Terminal.complain(
                "hob: the package is not complete; 'hob destroy \(creation.directory.path)' takes it away")
            throw error
        }
    }

    private func ask(about path: String) -> Creation.Answer {
        while let word = Terminal.ask("overwrite \(path)? [y]es, [n]o, [a]ll, [q]uit") {
            if let answer = Creation.Answer(word) { return answer }
        }
        return .quit
    }

    private static func padded(_ word: String) -> String {
        String(repeating: " ", count: max(0, 9 - word.count)) + word
    }
}
