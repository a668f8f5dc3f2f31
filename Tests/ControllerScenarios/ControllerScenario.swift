/// One behaviour of a controller, as a value: the tests run each, and so does a host process that must notice nothing.
package struct ControllerScenario: Sendable, CustomStringConvertible {
    /// What must hold, with its number in the reference.
    package let name: String
    /// Throws when it does not hold.
    package let run: @Sendable () async throws -> Void

    init(_ name: String, _ run: @escaping @Sendable () async throws -> Void) {
        self.name = name
        self.run = run
    }

    /// The name.
    package var description: String { name }

    /// All of them.
    package static var all: [ControllerScenario] {
        start + failureBeforeFork + failureAfterFork + timeoutBeforeFork + timeoutAfterFork + options + stop
            + restartAndConnect + pings
    }
}
