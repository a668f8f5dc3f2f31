import Glibc
import HobClient
import HobProtocol
import HobSupervisorCore
import HobSystem

/// The definitions that a supervisor takes over when it starts: `applied.next` in the state directory.
enum NextSet {
    static let fileName = "applied.next"
    /// What the supervisor itself stored last.
    static let appliedName = "applied"

    /// Stores the set, whole or not at all, and readable by its owner only: environments hold secrets.
    static func store(_ set: AppliedSet, in scope: Scope) throws {
        let directory = try Descriptor.open(scope.stateDirectory, flags: [.readOnly, .directory])
        let temporary = ".\(fileName).\(getpid())"
        let file = try Descriptor.open(
            temporary, in: directory, flags: [.writeOnly, .create, .truncate, .noFollow], mode: 0o600)
        var bytes: [UInt8] = []
        for line in set.lines { bytes += JSONWriter.line(of: line) }
        try file.writeAll(bytes)
        // A boot may end in a power cut; half a file would be worse than an old one.
        try file.synchronise()
        try directory.rename(temporary, to: fileName)
        try directory.synchronise()
    }

    /// Whether a supervisor would find definitions of an earlier time.
    static func hasApplied(in scope: Scope) -> Bool {
        [appliedName, fileName].contains { (try? FileStatus.of("\(scope.stateDirectory)/\($0)")) != nil }
    }
}
