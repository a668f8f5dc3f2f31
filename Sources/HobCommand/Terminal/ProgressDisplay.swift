import HobProtocol
import HobSystem

/// Shows progress on standard error: redrawn in place on a terminal, plain lines elsewhere, nothing when quiet.
final class ProgressDisplay {
    private let console: Console
    private var board = ProgressBoard()
    private var drawn = 0
    private var nextDrawing: MonotonicTime?

    init(_ console: Console) {
        self.console = console
    }

    /// When it wants to be redrawn although nothing happened: elapsed times go on.
    var nextTick: MonotonicTime? { nextDrawing }

    func handle(_ event: EventRecord) {
        guard !console.isQuiet else { return }
        let isNews = board.handle(event, at: Self.now)
        if console.canRedraw {
            draw()
        } else if isNews {
            console.note(ProgressBoard.plainLine(event))
        }
    }

    func draw() {
        guard console.canRedraw, !console.isQuiet else { return }
        let lines = board.lines(at: Self.now, width: console.errorWidth, style: console.errorStyle)
        Console.writeError(erasing + lines.map { $0 + "\n" }.joined())
        drawn = lines.count
        nextDrawing = lines.isEmpty ? nil : .now() + .milliseconds(100)
    }

    /// Takes the live lines away, so that something else can be written.
    func clear() {
        if drawn > 0 { Console.writeError(erasing) }
        drawn = 0
        nextDrawing = nil
    }

    /// Up to the first live line, then everything below it is erased.
    private var erasing: String { drawn == 0 ? "" : "\u{1B}[\(drawn)A\r\u{1B}[J" }

    private static var now: Int64 { MonotonicTime.now().nanoseconds / 1_000_000 }
}
