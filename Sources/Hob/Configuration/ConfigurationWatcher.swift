import HobSystem

/// Says when the files of a configuration have changed, as the kernel tells it.
///
/// It watches directories, since editors and deployments put new files in the place of old ones. It lives on the thread
/// of its event loop, and reads no files there: whoever it calls does that on a thread of its own.
final class ConfigurationWatcher {
    private let configuration: LiveConfiguration
    private let loop: EventLoop
    private let watcher: FileWatcher
    private let settling: Duration
    private let changed: () -> Void
    private var watch: Watch?
    private var timer: TimerToken?
    /// The names that matter in each watched directory.
    private var names: [Int32: Set<String>] = [:]

    /// Watches from now on.
    ///
    /// - Parameters:
    ///   - configuration: whose files to watch.
    ///   - loop: whose thread calls this.
    ///   - settling: how long the files must have been left alone.
    ///   - changed: is called on that thread when a reload is due; after the reload comes ``refresh()``.
    init(
        _ configuration: LiveConfiguration, on loop: EventLoop, settling: Duration = .milliseconds(100),
        changed: @escaping () -> Void
    ) throws(SystemError) {
        self.configuration = configuration
        self.loop = loop
        self.settling = settling
        self.changed = changed
        watcher = try FileWatcher()
        refresh()
        watch = try loop.watch(watcher.raw, events: .read) { [weak self] _ in self?.receive() }
    }

    /// Stops watching. Must be called before the watcher is let go.
    func cancel() {
        if let watch { loop.cancel(watch) }
        if let timer { loop.cancel(timer) }
        watch = nil
        timer = nil
    }

    private func receive() {
        guard let events = try? watcher.next() else { return }
        let matters = events.contains { event in
            if event.kind.contains(.overflow) { return true }
            if event.kind.contains(.ignored) { return names.removeValue(forKey: event.watch) != nil }
            // A mounted ConfigMap changes by a link whose name begins with two dots.
            return event.name.hasPrefix("..") || names[event.watch]?.contains(event.name) ?? false
        }
        guard matters else { return }
        let due = MonotonicTime.now() + settling
        if let timer, loop.reschedule(timer, at: due) { return }
        timer = loop.schedule(at: due) { [weak self] in self?.settled() }
    }

    private func settled() {
        timer = nil
        // A directory that was put in place of another needs a new watch, before its files are read.
        refresh()
        changed()
    }

    /// Watches the directories of the files that the last load has read.
    func refresh() {
        let sources = configuration.sources
        var wanted: [String: Set<String>] = [:]
        func want(_ path: String) {
            let (directory, name) = Self.split(path)
            wanted[directory, default: []].insert(name)
        }
        let directory = sources.absoluteDirectory
        want(directory + "/base.yml")
        want(directory + "/\(sources.environment.rawValue).yml")
        configuration.secretFiles.forEach(want)
        var watched: [Int32: Set<String>] = [:]
        for (directory, files) in wanted {
            // What is missing now may come: its parent tells of that.
            if let number = try? watcher.add(
                directory, events: [.closedAfterWriting, .created, .movedTo, .movedFrom, .deleted])
            {
                watched[number, default: []].formUnion(files)
            }
        }
        let (parent, name) = Self.split(directory)
        // In addition: a secret may lie in the same directory.
        if let number = try? watcher.add(parent, events: [.created, .movedTo, .inAddition]) {
            watched[number, default: []].insert(name)
        }
        for number in names.keys where watched[number] == nil { watcher.remove(number) }
        names = watched
    }

    private static func split(_ path: String) -> (directory: String, name: String) {
        var path = path[...]
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard let slash = path.lastIndex(of: "/") else { return (".", String(path)) }
        let directory = path[..<slash]
        return (directory.isEmpty ? "/" : String(directory), String(path[path.index(after: slash)...]))
    }
}
