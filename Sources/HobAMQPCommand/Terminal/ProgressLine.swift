import Synchronization

/// Says on a terminal how far something is, once it takes over a second.
final class ProgressLine: Sendable {
    private let total: Int
    private let words: String
    private let isShown: Bool
    private let begin = ContinuousClock.now
    private let last: Mutex<ContinuousClock.Instant?>

    /// - Parameters:
    ///   - total: how many there are.
    ///   - words: what happens to them, as in `3 of 10 put back`.
    ///   - isWanted: whether the person wants to hear of it.
    init(total: Int, _ words: String, isWanted: Bool) {
        self.total = total
        self.words = words
        isShown = isWanted && Terminal.canRedraw
        last = Mutex(nil)
    }

    func report(_ count: Int) {
        guard isShown else { return }
        let now = ContinuousClock.now
        guard now - begin > .seconds(1) else { return }
        let isDue = last.withLock { last in
            if let before = last, now - before < .milliseconds(100) { return false }
            last = now
            return true
        }
        if isDue { Terminal.redraw("\(count) of \(total) \(words)") }
    }

    /// Takes the line away.
    func end() {
        if last.withLock({ $0 }) != nil { Terminal.redraw("") }
    }
}
