internal import CHobKeeper
import Glibc
package import HobSystem

/// How a process without a keeper becomes one itself, by execve in its own place: its children stay its children.
package enum KeeperSuccession {
    /// Becomes the keeper of these descriptors, which starts a supervisor with these arguments.
    ///
    /// Whatever must survive (journal, staged logs) is finished before. The words that only a keeper gives its
    /// supervisor, and --ready-fd, are taken out of the arguments.
    ///
    /// - Returns: why it is still here; then everything is as before.
    package static func becomeKeeper(
        held: [HeldDescriptor], arguments: [String], origin: KeeperOrigin, isSafe: Bool = false,
        executable: String = "/proc/self/exe"
    ) -> SystemError {
        do throws(SystemError) {
            let open = held.filter { !$0.descriptor.isClosed }
            let table = try Descriptor.memory(named: "hobd-held")
            try table.writeAll(HeldDescriptors.table(of: open, origin: origin))
            var words = ["hobd", "--keeper", "--keeper-table", "\(table.raw)"]
            if isSafe { words.append("--keeper-safe") }
            words += lasting(arguments)
            return execute(executable, words, passing: open.map(\.descriptor) + [table])
        } catch {
            return error
        }
    }

    /// Becomes the keeper of a fresh start, which opens everything anew; for an executable that is not called hobd.
    package static func becomeFirstKeeper(arguments: [String]) -> SystemError {
        execute("/proc/self/exe", ["hobd", "--keeper"] + arguments, passing: [])
    }

    /// The arguments without those that belong to one life only.
    static func lasting(_ arguments: [String]) -> [String] {
        var words: [String] = []
        var rest = arguments[...]
        while let word = rest.popFirst() {
            switch word {
            case "--keeper", "--keeper-safe", "--safe": continue
            case "--keeper-table", "--keeper-link", "--held", "--ready-fd": _ = rest.popFirst()
            default: words.append(word)
            }
        }
        return words
    }

    private static func execute(_ path: String, _ words: [String], passing descriptors: [Descriptor]) -> SystemError {
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        do throws(SystemError) {
            for descriptor in descriptors { try descriptor.setCloseOnExec(false) }
            _ = execv(path, &arguments)
            throw SystemError(
                code: errno, message: "cannot become the keeper: executing \(path): \(SystemError.fileReason(errno))")
        } catch {
            for descriptor in descriptors { try? descriptor.setCloseOnExec(true) }
            return error
        }
    }
}
