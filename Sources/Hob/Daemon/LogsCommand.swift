import ArgumentParser
import Glibc

/// `logs`: the end of the log of a daemon in the background; with -f also what comes.
struct LogsCommand<D: Daemon>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "logs", abstract: "Print the end of its log.")
    }

    @OptionGroup var background: BackgroundOptions
    @Option(name: .shortAndLong, help: "How many lines.") var lines = 20
    @Flag(name: .shortAndLong, help: "Go on as it grows.") var follow = false

    /// tail(1) does it, also over a rotation.
    func run() async throws {
        let path = background.place(for: D.self).logFile
        guard access(path, R_OK) == 0 else {
            StandardError.write("\(D.daemonName): cannot read \(path): \(String(cString: strerror(errno)))")
            throw ExitCode(1)
        }
        let words = ["tail", "-n", "\(max(0, lines))"] + (follow ? ["-F"] : []) + [path]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        execvp("tail", &arguments)
        StandardError.write("\(D.daemonName): cannot run tail: \(String(cString: strerror(errno)))")
        throw ExitCode(1)
    }
}
