import Synchronization

/// The names of what has begun and not ended, for whoever waits for it in vain.
final class RunningParts: Sendable {
    private let parts = Mutex<[String]>([])

    func began(_ name: String) { parts.withLock { $0.append(name) } }

    func ended(_ name: String) {
        parts.withLock { parts in
            if let place = parts.firstIndex(of: name) { parts.remove(at: place) }
        }
    }

    var names: [String] { parts.withLock { $0 } }
}
