import ArgumentParser

/// `hob completions`
struct Completions: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print the completion script for a shell.",
        discussion: """
            Names of services come from the running project.

            Example:
              $ hob completions bash > ~/.local/share/bash-completion/completions/hob
            """)

    /// The shells that are known.
    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish
    }

    @Argument(help: "The shell.")
    var shell: Shell

    func run() throws {
        let kind: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        Console.writeOutput(HobRoot.completionScript(for: kind) + "\n")
    }
}
