import Logging
import Synchronization

/// How many lines of each serious level were logged; it tells once when there is news, until that was fetched.
final class LogTally: Sendable {
    /// Warnings, errors and what is critical.
    static let levels: [Logger.Level] = [.warning, .error, .critical]

    /// The numbers at one moment.
    struct Counts: Sendable, Hashable {
        fileprivate var warning = 0
        fileprivate var error = 0
        fileprivate var critical = 0

        subscript(level: Logger.Level) -> Int {
            switch level {
            case .warning: warning
            case .error: error
            case .critical: critical
            case .trace, .debug, .info, .notice: 0
            }
        }
    }

    private struct State {
        var counts = Counts()
        var isTold = false
        var tell: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Who is told that there is news; at once when there is some.
    func onNews(_ tell: @escaping @Sendable () -> Void) {
        let isDue = state.withLock { state in
            state.tell = tell
            return state.isTold
        }
        if isDue { tell() }
    }

    /// The numbers now; the next line is news again.
    var counts: Counts {
        state.withLock { state in
            state.isTold = false
            return state.counts
        }
    }

    func add(_ level: Logger.Level) {
        guard level >= .warning else { return }
        let tell = state.withLock { state -> (@Sendable () -> Void)? in
            switch level {
            case .warning: state.counts.warning += 1
            case .error: state.counts.error += 1
            case .critical: state.counts.critical += 1
            case .trace, .debug, .info, .notice: break
            }
            defer { state.isTold = true }
            return state.isTold ? nil : state.tell
        }
        tell?()
    }
}
