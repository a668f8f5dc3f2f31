import HobSystem
import Logging

/// Reads the configuration anew, at HUP and when its files change.
///
/// @unchecked Sendable: `watcher` belongs to the control thread.
final class ConfigurationStep: @unchecked Sendable {
    private let configuration: LiveConfiguration
    private let logger: Logger
    private let control: ControlThread
    private let applied: @Sendable (ConfigurationChange) -> Void
    private var watcher: ConfigurationWatcher?

    /// - Parameter applied: Called with each change that has taken effect, before it is told.
    init(
        _ configuration: LiveConfiguration, _ logger: Logger, _ control: ControlThread,
        applied: @escaping @Sendable (ConfigurationChange) -> Void
    ) {
        self.configuration = configuration
        self.logger = logger
        self.control = control
        self.applied = applied
    }

    /// Reads it; throws what is wrong, and then nothing has changed. It waits for the disk.
    func run() throws {
        // A new file of a secret may lie in a directory that nobody watches yet.
        defer { control.post { [self] _ in watcher?.refresh() } }
        switch configuration.reload() {
        case .unchanged: break
        case .applied(let change):
            applied(change)
            logger.notice("\(change)")
        case .refused(let error): throw error
        }
    }

    /// Begins to watch the files, on the control thread.
    func follow(on loop: EventLoop) {
        do throws(SystemError) {
            watcher = try ConfigurationWatcher(configuration, on: loop) { [self] in
                Task.detached { [self] in
                    do { try run() } catch { logger.error("\(error)") }
                }
            }
        } catch {
            logger.warning("changes of the configuration are not noticed before a HUP: \(error.message)")
        }
    }
}
