package import HobController
import HobControllerCore
import Synchronization

/// Remembers which signals an operation sends.
package final class ActionLog: Sendable {
    private let sent = Mutex<[Int32]>([])

    /// An empty one.
    package init() {}

    /// Makes a configuration tell it.
    package func follow(_ configuration: inout DaemonController.Configuration) {
        configuration.observer = { [self] action in
            switch action {
            case .signal(_, let signal): sent.withLock { $0.append(signal) }
            // What is left gets the signal that the main process had before; only SIGKILL is one more.
            case .signalTree(9): sent.withLock { $0.append(9) }
            case .lock, .lookUp, .prepare, .spawn, .listen, .deafen, .signalTree, .watchDaemon, .watchTree,
                .runStopCommand, .runRestartCommand, .adopt, .forget, .set, .unset, .finish:
                break
            }
        }
    }

    /// The signals, in order.
    package var signals: [Int32] { sent.withLock { $0 } }
}
