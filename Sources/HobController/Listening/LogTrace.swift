import HobControllerCore
import HobSystem

/// The daemon's log from the start on: what is appended, and whether anything is.
///
/// A log that is made, renamed or truncated after the start counts from its beginning.
final class LogTrace {
    private struct State: Equatable {
        var device: UInt64 = 0
        var inode: UInt64 = 0
        var size = 0
        var modified: Int64 = 0
    }

    private let path: String
    private let loop: EventLoop
    private let begin: State?
    private var last: State?
    private var watcher: FileWatcher?
    private var watch: Watch?

    /// Notes how the log is now.
    init(_ path: String, on loop: EventLoop) {
        self.path = path
        self.loop = loop
        begin = Self.state(path)
        last = begin
    }

    /// Calls the body whenever the log may have changed; without inotify never, then ``hasChanged()`` must do.
    func listen(_ body: @escaping () -> Void) {
        guard watcher == nil, let watcher = try? FileWatcher() else { return }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let directory = String(path.dropLast(name.utf8.count))
        _ = try? watcher.add(directory.isEmpty ? "." : directory, events: [.created, .movedTo])
        _ = try? watcher.add(path, events: .modified)
        self.watcher = watcher
        watch = try? loop.watch(watcher.raw, events: .read) { [weak self] _ in
            guard let self, let events = try? watcher.next() else { return }
            if events.contains(where: { $0.name == name }) { _ = try? watcher.add(path, events: .modified) }
            if hasChanged() { body() }
        }
    }

    /// Whether it is another than at the last call.
    func hasChanged() -> Bool {
        let now = Self.state(path)
        defer { last = now }
        return now != last
    }

    /// What was appended, at most its last 64 KiB.
    var words: FailureText.LogWords {
        guard let file = try? Descriptor.open(path, flags: [.readOnly, .nonBlocking]) else {
            // One that is not there has nothing in it; one that may not be read is another matter.
            return (try? FileStatus.of(path, followingLinks: true)) == nil ? .text("") : .unavailable
        }
        guard let now = try? FileStatus.of(file), now.isRegular else { return .unavailable }
        let isSame = begin?.device == now.device && begin?.inode == now.inode && begin?.size ?? 0 <= now.size
        return .text(FileTail.text(of: file, from: isSame ? begin?.size ?? 0 : 0))
    }

    /// Stops listening.
    func cancel() {
        if let watch { loop.cancel(watch) }
        watch = nil
        watcher = nil
    }

    private static func state(_ path: String) -> State? {
        guard let status = try? FileStatus.of(path, followingLinks: true) else { return nil }
        return State(device: status.device, inode: status.inode, size: status.size, modified: status.modified)
    }
}
