import ArgumentParser
import Glibc
import HobProtocol
import HobSystem

/// `hob-new`, which `hob new` and `hob destroy` become.
struct HobNewRoot: ParsableCommand {
    static let configuration = CommandConfiguration(
        // People type `hob new`; that is what usage lines and errors show.
        commandName: "hob",
        abstract: "Make a new daemon's package, or take it away again.",
        version: "hob \(HobVersion.current)",
        subcommands: [New.self, Destroy.self])

    /// Runs the command line and returns its exit code.
    static func execute(_ arguments: [String]) -> Int32 {
        do {
            var command = try parseAsRoot(arguments)
            try command.run()
            return NewFailure.done
        } catch let error as NewFailure {
            if !error.message.isEmpty { Terminal.complain("hob: \(error.message)") }
            return error.exitStatus
        } catch let error as SystemError {
            Terminal.complain("hob: \(error.message)")
            return error.code == EACCES || error.code == EPERM ? NewFailure.notPermitted : NewFailure.failed
        } catch {
            let code = exitCode(for: error)
            var text = fullMessage(for: error)
            if text.hasPrefix("Error: ") { text = "hob: " + text.dropFirst(7) }
            if !text.isEmpty {
                if code.isSuccess { Terminal.print(text) } else { Terminal.complain(text) }
            }
            return code.rawValue
        }
    }
}
