import HobSystem
import Logging
import ServiceLifecycle

/// Runs services side by side, and ends them one after the other, the last first, each with its share of the time.
///
/// Each has a group of its own, so one that is stuck keeps no other from being asked to end.
struct ServiceSequence {
    private enum Event: Sendable {
        case ended(Int, (any Error)?)
        case shutdown
        case shareOver(Int)
    }

    private let services: [any Service]
    private let process: DaemonProcess
    private let share: Duration

    init(_ services: [any Service], in process: DaemonProcess, patience: Duration) {
        self.services = services
        self.process = process
        share = patience / max(1, services.count)
    }

    /// Returns when all have ended; throws the first failure.
    func run() async throws {
        // Nothing would ever end.
        if services.isEmpty { return }
        let (events, continuation) = AsyncStream<Event>.makeStream()
        let groups = services.map { ServiceGroup(configuration: .alone($0, process.groupLogger)) }
        let names = services.map { String(describing: type(of: $0)) }
        let tasks = groups.enumerated().map { index, group in
            process.running.began(names[index])
            process.metrics.services(changedBy: 1)
            // Detached: a shutdown of the daemon's own task must not reach all of them at once.
            return Task.detached { [process] in
                var failure: (any Error)?
                do { try await group.run() } catch { failure = error }
                process.running.ended(names[index])
                process.metrics.services(changedBy: -1)
                continuation.yield(.ended(index, failure))
            }
        }
        let failure = await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await follow(events, groups, names, continuation)
            } onGracefulShutdown: {
                continuation.yield(.shutdown)
            }
        } onCancel: {
            for task in tasks { task.cancel() }
        }
        if let failure { throw failure }
    }

    private func follow(
        _ events: AsyncStream<Event>, _ groups: [ServiceGroup], _ names: [String],
        _ continuation: AsyncStream<Event>.Continuation
    ) async -> (any Error)? {
        var alive = Set(groups.indices)
        var failure: (any Error)?
        /// The one that was asked last; all after it have been asked, too.
        var asked = groups.count
        func askNext() async {
            while asked > 0 {
                asked -= 1
                guard alive.contains(asked) else { continue }
                await groups[asked].triggerGracefulShutdown()
                let index = asked
                process.control.post { [share] loop in
                    loop.schedule(after: share) { continuation.yield(.shareOver(index)) }
                }
                return
            }
        }
        // An event may come after the last service has ended: nobody reads it then.
        for await event in events {
            switch event {
            case .ended(let index, let error):
                alive.remove(index)
                if let error, failure == nil, asked == groups.count || !(error is CancellationError) {
                    failure = error
                    process.logger.error("\(names[index]) failed: \(error)")
                }
                if alive.isEmpty { return failure }
                // One that ends unasked takes the others with it: half a daemon is none.
                if asked == groups.count || index == asked { await askNext() }
            case .shutdown: if asked == groups.count { await askNext() }
            case .shareOver(let index):
                guard alive.contains(index), index == asked else { continue }
                process.logger.warning("\(names[index]) has not ended in \(share.brief); the next one is asked")
                await askNext()
            }
        }
        return failure
    }
}
