/// A verb that ends with a sentence on standard error and an exit code.
struct CommandFailure: Error {
    /// The exit code.
    var exitStatus: Int32
    /// The sentence; empty when all has been said.
    var message: String

    init(_ exitStatus: Int32, _ message: String = "") {
        self.exitStatus = exitStatus
        self.message = message
    }
}
