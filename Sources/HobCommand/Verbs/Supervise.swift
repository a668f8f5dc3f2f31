import ArgumentParser
import Glibc
import HobClient
import HobConfig
import HobProtocol
import HobSystem

/// `hob supervise`
struct Supervise: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Supervise the system's services in the foreground, for init, systemd or a container.",
        discussion: """
            Compiles /etc/hob/*.yml, stores the result and becomes hobd. A mistake in the files does not keep the \
            machine's services down: hob says what is wrong and starts what was applied last.

            Example (a systemd unit):
              [Service]
              Type=notify
              ExecStart=/usr/bin/hob supervise
              Restart=always
              KillMode=process
            """)

    @OptionGroup var scope: ScopeOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        var options = scope
        // Without a file or directory, it is the system that is to be supervised.
        if options.file == nil, options.place.directory == nil { options.place.system = true }
        let scope = try options.scope(mustExist: true)
        let console = output.console
        let launcher = SupervisorLauncher(scope, environment: ProcessEnvironment.current)
        let home = try ScopeHome.prepare(scope)
        if let running = try launcher.connect() {
            throw CommandFailure(
                ExitStatus.alreadyStarted,
                "the supervisor of \(scope.directory) is running already (pid \(running.greeting.pid))")
        }
        let result = DefinitionCompiler(scope).load()
        for diagnostic in result.errors { console.complain(DiagnosticText.line(diagnostic, style: console.errorStyle)) }
        if let configuration = result.configuration {
            try NextSet.store(configuration.set, in: scope)
        } else if NextSet.hasApplied(in: scope) {
            console.complain("hob: the files of \(scope.directory) have errors: starting what was applied last")
        } else {
            console.complain("hob: the files of \(scope.directory) have errors, and nothing was applied before")
        }
        let runtime = try launcher.prepareRuntime(home)
        throw become(launcher, runtime.path)
    }

    /// Replaces this process; returns only when that failed.
    private func become(_ launcher: SupervisorLauncher, _ runtime: String) -> CommandFailure {
        let path = launcher.executable
        let words = [path] + launcher.arguments(runtime: runtime, restoring: true, readyDescriptor: nil)
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        _ = path.contains("/") ? execv(path, &arguments) : execvp(path, &arguments)
        let reason = SystemError.text(of: errno)
        for argument in arguments { free(argument) }
        return CommandFailure(ExitStatus.failed, "cannot start \(path): \(reason)")
    }
}
