import HobSystem

/// Reloads a configuration when the kernel says that its files have changed.
///
/// It watches directories, since editors and deployments put new files in the place of old ones. Lives on the thread
/// of its event loop.
final class ConfigurationWatcher {
    private let configuration: LiveConfiguration
    private let loop: EventLoop
    private let watcher: FileWatcher
    private let settling: Duration
    private let report: (ConfigurationReload) -> Void
    private var watch: Watch?
    private var timer: TimerToken?
    /// The names that matter in each watched directory.
    private var names: [Int32: Set<String>] = [:]

    /// Watches from now on.
    ///
    /// - Parameters:
    ///   - configuration: what to reload.
    ///   - loop: whose thread calls this and does the reload.
    ///   - settling: how long the files must have been left alone.
    ///   - report: is told of every reload, those that change nothing included.
    init(
        _ configuration: LiveConfiguration, on loop: EventLoop, settling: Duration = .milliseconds(100),
        report: @escaping (ConfigurationReload) -> Void
    ) throws(SystemError) {
        self.configuration = configuration
        self.loop = loop
        self.settling = settling
        self.report = report
        watcher = try FileWatcher()
        watchDirectories()
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
        timer = loop.schedule(at: due) { [weak self] in self?.reload() }
    }

    private func reload() {
        timer = nil
        // A directory that was put in place of another needs a new watch, before its files are read.
        watchDirectories()
        let result = configuration.reload()
        watchDirectories()
        report(result)
    }

    private func watchDirectories() {
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
