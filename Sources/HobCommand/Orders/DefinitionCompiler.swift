import Glibc
import HobClient
import HobConfig
import HobProtocol
import HobSupervisorCore
import HobSystem

/// Compiles a scope's files to definitions.
struct DefinitionCompiler {
    let scope: Scope
    let environment: [String: String]

    init(_ scope: Scope, environment: [String: String] = ProcessEnvironment.current) {
        self.scope = scope
        self.environment = environment
    }

    /// Everything there is to say about the files.
    func load() -> LoadResult {
        switch scope.kind {
        case .project:
            return ProjectLoader(
                file: shortPath(scope.file ?? scope.directory), environment: environment, names: SystemNameResolver()
            ).load()
        case .system:
            // What an administrator's shell happens to hold must not find its way into the system's services.
            return SystemLoader(
                directory: scope.directory, environment: Self.systemEnvironment, names: SystemNameResolver()
            ).load()
        }
    }

    /// The definitions; throws with everything that is wrong, and the exit code for it.
    func compile() throws -> Configuration {
        switch load() {
        case .loaded(let configuration): return configuration
        case .failed(let diagnostics):
            let style = OutputOptions.errorStyle
            for diagnostic in diagnostics { Console.writeError(DiagnosticText.line(diagnostic, style: style) + "\n") }
            throw CommandFailure(
                ExitStatus.badConfiguration,
                "nothing was started or changed: \(PlanText.count(diagnostics.count, "error")) in the configuration")
        }
    }

    /// The path as a person in this directory would write it: messages begin with it.
    private func shortPath(_ path: String) -> String {
        guard let current = getcwd(nil, 0) else { return path }
        defer { free(current) }
        let directory = String(cString: current) + "/"
        return path.hasPrefix(directory) ? String(path.dropFirst(directory.count)) : path
    }

    /// What services of the system start with: the same whoever runs hob.
    static let systemEnvironment = [
        "LANG": "C.UTF-8", "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ]
}
