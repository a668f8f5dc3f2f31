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
    private let changes: FileChanges
    private let begin: State?
    private var last: State?
    private var subscriptions: [FileChanges.Subscription] = []

    /// Notes how the log is now.
    init(_ path: String, changes: FileChanges) {
        self.path = path
        self.changes = changes
        begin = Self.state(path)
        last = begin
    }

    /// Calls the body whenever the log may have changed; without inotify never, then ``hasChanged()`` must do.
    func listen(_ body: @escaping () -> Void) {
        guard subscriptions.isEmpty else { return }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        let directory = String(path.dropLast(name.utf8.count))
        follow(path, .modified) { [weak self] _ in if self?.hasChanged() ?? false { body() } }
        follow(directory.isEmpty ? "." : directory, [.created, .movedTo]) { [weak self] events in
            guard let self, events.contains(where: { $0.name == name || $0.kind.contains(.overflow) }) else { return }
            follow(path, .modified) { [weak self] _ in if self?.hasChanged() ?? false { body() } }
            if hasChanged() { body() }
        }
    }

    private func follow(_ path: String, _ events: FileEvent.Kind, _ body: @escaping ([FileEvent]) -> Void) {
        if let subscription = changes.subscribe(path, events: events, handler: body) {
            subscriptions.append(subscription)
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
        for subscription in subscriptions { changes.cancel(subscription) }
        subscriptions.removeAll()
    }

    private static func state(_ path: String) -> State? {
        guard let status = try? FileStatus.of(path, followingLinks: true) else { return nil }
        return State(device: status.device, inode: status.inode, size: status.size, modified: status.modified)
    }
}
