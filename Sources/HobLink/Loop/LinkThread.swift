import HobSystem
import Logging

/// The thread of a link's connections.
enum LinkThread {
    /// Begins it; it ends when the engine has nothing left after a shutdown.
    static func start(
        _ configuration: LinkConfiguration, _ runner: CallRunner, _ logger: Logger
    ) throws(LinkError) -> Inbox<LinkCommand> {
        let handover = Monitor<Result<Inbox<LinkCommand>, SystemError>?>(nil)
        do throws(SystemError) {
            try Thread.start(name: "hob-link") {
                do throws(SystemError) {
                    let engine = try LinkEngine(configuration, runner, logger)
                    hand(.success(engine.inbox), to: handover)
                    run(engine, logger)
                    runner.ended()
                    // What was asked before that became known gets its answer.
                    _ = try? engine.loop.runOnce(deadline: MonotonicTime.now())
                    engine.release()
                } catch {
                    hand(.failure(error), to: handover)
                }
            }
            return try handover.wait { $0 }.get()
        } catch {
            throw LinkError(.badUse, "the link's thread cannot begin: \(error.message)", cause: error)
        }
    }

    private static func hand(
        _ result: Result<Inbox<LinkCommand>, SystemError>,
        to handover: Monitor<Result<Inbox<LinkCommand>, SystemError>?>
    ) {
        handover.withLock { $0 = result }
        handover.signal()
    }

    private static func run(_ engine: LinkEngine, _ logger: Logger) {
        while !engine.isEnded {
            // The loop has tried for seconds already, a little later each time; somebody may wait for an answer.
            do throws(SystemError) { try engine.loop.run() } catch { logger.critical("the link cannot wait: \(error)") }
        }
    }
}
