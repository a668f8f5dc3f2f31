import HobSystem

/// One line on a terminal that says what is being waited for, once it has taken a second.
final class ControlProgress {
    private static let patience: Duration = .seconds(1)
    private static let pace: Duration = .milliseconds(100)

    private let console: Console
    private let began = MonotonicTime.now()
    private var text: String
    private var isDrawn = false

    init(_ text: String, _ console: Console) {
        self.text = text
        self.console = console
    }

    /// Draws itself on this loop as time goes by.
    func follow(on loop: EventLoop) {
        guard console.canRedraw, !console.isQuiet else { return }
        let next = max(began + Self.patience, .now() + Self.pace)
        loop.schedule(at: next) { [weak self, unowned loop] in
            self?.draw()
            self?.follow(on: loop)
        }
    }

    /// Says something else from now on, at once.
    func change(to text: String) {
        self.text = text
        if console.canRedraw, !console.isQuiet { draw() }
    }

    /// Takes the line away.
    func clear() {
        if isDrawn { Console.writeError("\r\u{1B}[K") }
        isDrawn = false
    }

    private func draw() {
        let tenths = (MonotonicTime.now() - began) / .milliseconds(100)
        let count = Int64(tenths)
        let line = StatusTable.printable("\(text)… \(count / 10).\(count % 10)s")
        let shown = console.errorWidth.map { TextTable.truncate(line, to: $0 - 1) } ?? line
        Console.writeError("\r\u{1B}[K" + console.errorStyle.paint(shown, .dim))
        isDrawn = true
    }
}
