/// A verb that ends with a sentence on standard error and one of `hob`'s exit codes.
struct CommandFailure: Error, Hashable, CustomStringConvertible {
    static let done: Int32 = 0
    static let failed: Int32 = 1
    static let timedOut: Int32 = 2
    static let usage: Int32 = 64
    /// No broker answers.
    static let unavailable: Int32 = 69
    static let notPermitted: Int32 = 77
    static let badConfiguration: Int32 = 78

    /// The exit code.
    var exitStatus: Int32
    /// The sentence; empty when all has been said.
    var message: String

    init(_ exitStatus: Int32, _ message: String = "") {
        self.exitStatus = exitStatus
        self.message = message
    }

    var description: String { message }
}
