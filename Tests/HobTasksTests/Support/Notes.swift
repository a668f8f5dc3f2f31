import Synchronization

/// What happened, in order, written down by several tasks.
final class Notes<Note: Sendable>: Sendable {
    private let kept = Mutex<[Note]>([])

    var all: [Note] { kept.withLock { $0 } }

    func add(_ note: Note) {
        kept.withLock { $0.append(note) }
    }
}

/// An error of a test.
struct Broken: Error {}
