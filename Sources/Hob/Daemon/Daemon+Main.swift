import ArgumentParser
import Dispatch
import Glibc
import HobPolicy
import HobSystem
import HobWorkers

extension Daemon {
    /// The entry point of `@main`; it never returns.
    ///
    /// It is not `async` for a reason: what a process becomes (another user) must hold for all its threads, and the C
    /// library reaches the main thread only as long as that has not been given up to the main queue.
    public static func main() {
        // A worker has no arguments: it must not come to those.
        if WorkerProcess.begin(workers) { serveMainQueue() }
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let complaint = complaint(about: arguments) {
            StandardError.write("\(daemonName): \(complaint)")
            Glibc.exit(64)
        }
        do {
            // Handed over whole: this thread does not touch it again.
            nonisolated(unsafe) let command = try command(of: arguments)
            if let foreground = command as? any ForegroundCommand, let work = try foreground.prepared() {
                serve { try await work() }
            }
            serve {
                var command = command
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
            }
        } catch {
            DaemonCommand<Self>.exit(withError: error)
        }
    }

    private static func command(of arguments: [String]) throws -> any ParsableCommand {
        do { return try DaemonCommand<Self>.parseAsRoot(arguments) } catch {
            // Options before a command are those of `run`, which then wonders about the word.
            guard DaemonCommand<Self>.exitCode(for: error) == .validationFailure, let first = arguments.first,
                first.hasPrefix("-"), let verb = arguments.dropFirst().first(where: commandNames.contains)
            else { throw error }
            let rest = arguments.filter { $0 != verb }.joined(separator: " ")
            StandardError.write("\(daemonName): a command comes before its options: '\(daemonName) \(verb) \(rest)'")
            throw ExitCode(64)
        }
    }

    private static var commandNames: [String] {
        DaemonCommand<Self>.configuration.subcommands.map { $0._commandName } + ["help"]
    }

    /// Runs the work to its end, which is that of the process, while this thread serves the main queue.
    private static func serve(_ work: @escaping @Sendable () async throws -> Void) -> Never {
        Task {
            do { try await work() } catch { DaemonCommand<Self>.exit(withError: error) }
            Glibc.exit(0)
        }
        serveMainQueue()
    }

    private static func serveMainQueue() -> Never {
        // Somebody's own main may be asynchronous: then another thread serves the main queue already.
        if getpid() == Thread.currentID { dispatchMain() }
        while true { pause() }
    }

    /// A first word that is no command must never fall through to `run`.
    static func complaint(about arguments: [String]) -> String? {
        guard let first = arguments.first, !first.hasPrefix("-") else { return nil }
        let names = commandNames
        guard !names.contains(first) else { return nil }
        let hint = Spelling.nearest(to: first, among: names).map { "did you mean '\($0)'?" }
        return "there is no command '\(first)': \(hint ?? "'\(daemonName) --help' lists them")"
    }
}
