import Synchronization

/// What HUP sets off, in order, and what USR1 and USR2 do.
final class ReloadSteps: Sendable {
    /// One part of a reload.
    struct Step: Sendable {
        let name: String
        let body: @Sendable () async throws -> Void
    }

    private let steps = Mutex<[Step]>([])
    let toggleLevel: @Sendable () -> Void
    let logDebug: @Sendable () -> Void

    init(toggleLevel: @escaping @Sendable () -> Void, logDebug: @escaping @Sendable () -> Void) {
        self.toggleLevel = toggleLevel
        self.logDebug = logDebug
    }

    func add(_ name: String, _ body: @escaping @Sendable () async throws -> Void) {
        steps.withLock { $0.append(Step(name: name, body: body)) }
    }

    var all: [Step] { steps.withLock { $0 } }
}
