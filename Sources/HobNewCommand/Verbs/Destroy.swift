import ArgumentParser

/// `hob destroy`
struct Destroy: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take away what 'hob new' has made.",
        discussion: """
            Files that were changed since stay, unless --force is given; what was overwritten by 'hob new --force' \
            comes back. What something else has made, such as a build, is left and named.

            Example:
              $ hob destroy hello --dry-run
              $ hob destroy hello
            """)

    @Argument(help: "The daemon's name, or the path of its directory.")
    var name: String

    @Flag(name: [.customShort("n"), .long], help: "Remove nothing; say what would be done.")
    var dryRun = false

    @Flag(help: "Remove files that were changed since, too; ask nothing.")
    var force = false

    @Flag(name: .shortAndLong, help: "Ask nothing.")
    var yes = false

    @OptionGroup var place: PlaceOptions

    func run() throws {
        var typed = name
        while typed.count > 1, typed.hasSuffix("/") { typed.removeLast() }
        var destruction = try Destruction(of: place.project(typed), force: force)
        if dryRun {
            report(destruction)
            place.print("nothing has been removed (--dry-run)")
            return
        }
        if !yes, !force {
            let count = destruction.steps.count { $0.action == .remove || $0.action == .restore }
            try confirm("remove \(count) files of \(destruction.directory.path)?")
        }
        let left = try destruction.perform()
        report(destruction)
        let path = destruction.directory.path
        if !destruction.changed.isEmpty {
            place.print(
                "changed since, so they stay: \(destruction.changed.joined(separator: ", ")) (--force removes them)")
        } else if !left.isEmpty {
            place.print("not made by hob new, so it stays in \(path): \(left.joined(separator: ", "))")
        } else if destruction.directory.exists {
            place.print("\(path) was there before, so it stays")
        }
    }

    private func report(_ destruction: Destruction) {
        for step in destruction.steps {
            let word = step.action.rawValue
            let blanks = String(repeating: " ", count: max(0, 9 - word.count))
            place.print("\(blanks)\(word) \(destruction.directory.path)/\(step.path)")
        }
    }

    private func confirm(_ question: String) throws {
        guard Terminal.canAsk else {
            throw NewFailure(NewFailure.usage, "nobody is here to be asked: say --yes, or --dry-run to look first")
        }
        let answer = Terminal.ask("\(question) [y]es, [n]o").flatMap(Creation.Answer.init)
        guard answer == .yes || answer == .all else { throw NewFailure(NewFailure.failed, "nothing has been removed") }
    }
}
