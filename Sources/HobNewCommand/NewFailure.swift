/// A verb that ends with a sentence on standard error and one of `hob`'s exit codes.
struct NewFailure: Error, Hashable, CustomStringConvertible {
    static let done: Int32 = 0
    static let failed: Int32 = 1
    static let usage: Int32 = 64
    /// Something is there already that would have to be overwritten.
    static let exists: Int32 = 73
    static let notPermitted: Int32 = 77

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
