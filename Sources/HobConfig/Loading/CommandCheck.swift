import Glibc
import HobSupervisorCore
import HobYAML

/// Warns of programs that cannot be found now; the start decides, for a task may build them first.
struct CommandCheck {
    let context: LoadingContext

    /// Looks a service's program up as execvp would.
    func run(_ service: ParsedService) {
        let definition = service.definition
        guard let place = service.commandPlace, let word = definition.command.words.first, !word.isPerInstance,
            !definition.directory.isPerInstance, definition.process.root == nil
        else { return }
        let identity = definition.identity(of: 1)
        let program = word.resolved(for: identity)
        let directory = definition.directory.resolved(for: identity)
        let shown = ValueReader.shortened(program)
        if program.contains("/") {
            let path = Paths.join(directory, program)
            if !Paths.exists(path) {
                context.problems.warning(
                    place, "the program '\(shown)' of service '\(definition.name)' does not exist in \(directory)")
            } else if !isExecutable(path) {
                context.problems.warning(
                    place, "the program '\(shown)' of service '\(definition.name)' is not executable",
                    suggestion: "run chmod +x on it, or name its interpreter first")
            }
            return
        }
        let own = definition.environment.first { $0.name == "PATH" }
        let path = own.map { $0.value?.resolved(for: identity) } ?? context.environment["PATH"]
        let directories = (path ?? "/usr/bin:/bin").split(separator: ":", omittingEmptySubsequences: false)
        let isFound = directories.contains { entry in
            isExecutable(Paths.join(Paths.join(directory, entry.isEmpty ? "." : String(entry)), program))
        }
        if !isFound {
            context.problems.warning(
                place, "the program '\(shown)' of service '\(definition.name)' is not in PATH",
                suggestion: "install it, or write its path")
        }
    }

    private func isExecutable(_ path: String) -> Bool {
        access(path, X_OK) == 0 && !Paths.isDirectory(path)
    }
}
