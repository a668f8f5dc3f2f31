import HobSystem

/// Changes of files for everybody on one event loop, through one inotify instance that lives as long as the loop.
///
/// Closing such an instance waits for the kernel, often for tens of milliseconds; taking a watch off it does not.
final class FileChanges {
    /// What to cancel.
    struct Subscription {
        fileprivate let watch: Int32
        fileprivate let id: Int
    }

    private let watcher: FileWatcher?
    private var handlers: [Int32: [Int: ([FileEvent]) -> Void]] = [:]
    private var lastID = 0

    /// One for this loop; without inotify nobody hears anything.
    init(on loop: EventLoop) {
        watcher = try? FileWatcher()
        guard let watcher else { return }
        _ = try? loop.watch(watcher.raw, events: .read) { [unowned self] _ in deliver() }
    }

    /// Calls the handler with each batch of events of a path; nil when it cannot be watched.
    func subscribe(
        _ path: String, events: FileEvent.Kind, handler: @escaping ([FileEvent]) -> Void
    ) -> Subscription? {
        // Somebody else may watch the same file for other events.
        guard let watcher, let watch = try? watcher.add(path, events: [events, .inAddition]) else { return nil }
        lastID += 1
        handlers[watch, default: [:]][lastID] = handler
        return Subscription(watch: watch, id: lastID)
    }

    /// Calls that handler no more.
    func cancel(_ subscription: Subscription) {
        handlers[subscription.watch]?[subscription.id] = nil
        guard handlers[subscription.watch]?.isEmpty ?? false else { return }
        handlers[subscription.watch] = nil
        watcher?.remove(subscription.watch)
    }

    private func deliver() {
        guard let events = try? watcher?.next() else { return }
        if events.contains(where: { $0.kind.contains(.overflow) }) {
            for watch in Array(handlers.keys) { call(watch, events) }
            return
        }
        var byWatch: [Int32: [FileEvent]] = [:]
        for event in events { byWatch[event.watch, default: []].append(event) }
        for (watch, events) in byWatch { call(watch, events) }
    }

    private func call(_ watch: Int32, _ events: [FileEvent]) {
        for handler in (handlers[watch] ?? [:]).values { handler(events) }
    }
}
