import HobControllerCore

/// The answer of an operation to its caller.
struct ControllerOutcome: Sendable {
    var result: Result<ControllerResult, ControllerError>

    /// The pid of a daemon that runs now.
    func pidOfStarted() throws -> Int32 {
        switch try result.get() {
        case .started(let pid), .alreadyRunning(let pid): return pid
        case .stopped, .wasNotRunning, .cancelled, .failed: throw CancellationError()
        }
    }

    /// Whether there was something to stop.
    func didStop() throws -> Bool {
        switch try result.get() {
        case .stopped: return true
        case .wasNotRunning: return false
        case .started, .alreadyRunning, .cancelled, .failed: throw CancellationError()
        }
    }
}
