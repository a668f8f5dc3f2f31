import ArgumentParser
import Glibc
import HobPolicy
import HobWorkers

extension Daemon {
    /// The entry point of `@main`.
    public static func main() async {
        // A worker has no arguments: it must not come to those.
        await WorkerProcess.becomeWorkerIfAsked(workers)
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let complaint = complaint(about: arguments) {
            StandardError.write("\(daemonName): \(complaint)")
            Glibc.exit(64)
        }
        await DaemonCommand<Self>.main(arguments)
    }

    /// A first word that is no command must never fall through to `run`.
    static func complaint(about arguments: [String]) -> String? {
        guard let first = arguments.first, !first.hasPrefix("-") else { return nil }
        let names = DaemonCommand<Self>.configuration.subcommands.map { $0._commandName } + ["help"]
        guard !names.contains(first) else { return nil }
        let hint = Spelling.nearest(to: first, among: names).map { "did you mean '\($0)'?" }
        return "there is no command '\(first)': \(hint ?? "'\(daemonName) --help' lists them")"
    }
}
