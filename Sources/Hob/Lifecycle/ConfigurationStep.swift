import HobSystem
import Logging

/// Reads the configuration anew, at HUP and when its files change.
///
/// @unchecked Sendable: `watcher` belongs to the control thread.
final class ConfigurationStep: @unchecked Sendable {
    private let configuration: LiveConfiguration
    private let logger: Logger
    private var watcher: ConfigurationWatcher?

    init(_ configuration: LiveConfiguration, _ logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Reads it; throws what is wrong, and then nothing has changed. It waits for the disk.
    func run() throws {
        switch configuration.reload() {
        case .unchanged: break
        case .applied(let change): logger.notice("\(change)")
        case .refused(let error): throw error
        }
    }

    /// Begins to watch the files, on the control thread.
    func follow(on loop: EventLoop) {
        do throws(SystemError) {
            let mailbox = loop.mailbox
            watcher = try ConfigurationWatcher(configuration, on: loop) { [self] in
                Task.detached { [self] in
                    do { try run() } catch { logger.error("\(error)") }
                    mailbox.post { [self] in watcher?.refresh() }
                }
            }
        } catch {
            logger.warning("changes of the configuration are not noticed before a HUP: \(error.message)")
        }
    }
}
