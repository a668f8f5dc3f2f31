import ArgumentParser

/// `hob new`
struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the package of a new daemon.",
        discussion: """
            'hob new --help' lists the options; hob-new, which is installed beside hob, does it.

            Example:
              $ hob new hello --kind http
            """)

    @Argument(parsing: .captureForPassthrough, help: "The daemon's name, and options.")
    var words: [String] = []

    func run() throws { throw ToolProgram.become("hob-new", ["new"] + words) }
}

/// `hob destroy`
struct Destroy: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take away what 'hob new' has made.",
        discussion: """
            'hob destroy --help' lists the options; hob-new, which is installed beside hob, does it.

            Example:
              $ hob destroy hello --dry-run
            """)

    @Argument(parsing: .captureForPassthrough, help: "The daemon's name, and options.")
    var words: [String] = []

    func run() throws { throw ToolProgram.become("hob-new", ["destroy"] + words) }
}
