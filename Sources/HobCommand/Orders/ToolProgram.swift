import Glibc
import HobClient
import HobSystem

/// A program beside hob that does the work of some verbs, so that hob itself stays small.
enum ToolProgram {
    /// Becomes that program; returns only when it could not, with the reason.
    static func become(_ name: String, _ words: [String]) -> CommandFailure {
        guard let path = OwnExecutable.sibling(name) else {
            let place = OwnExecutable.path.map { " beside \($0)" } ?? ""
            return CommandFailure(
                ExitStatus.failed,
                "'hob \(words.first ?? "")' needs \(name)\(place), which is not there: 'make install' in Hob's "
                    + "checkout installs both, 'swift build --product \(name)' builds it")
        }
        var arguments: [UnsafeMutablePointer<CChar>?] = ([name] + words).map { strdup($0) }
        arguments.append(nil)
        execv(path, &arguments)
        let reason = SystemError.text(of: errno)
        for argument in arguments { free(argument) }
        return CommandFailure(ExitStatus.failed, "cannot start \(path): \(reason)")
    }
}
