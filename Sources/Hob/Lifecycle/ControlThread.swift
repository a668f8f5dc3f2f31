import Glibc
import HobSystem

/// The daemon's own event loop on a thread of its own: signals, deadlines, announcements. Nothing slow runs on it.
///
/// @unchecked Sendable: `loop` is touched on that thread only, once it runs.
final class ControlThread: @unchecked Sendable {
    /// The signals that Hob owns.
    static let signals: [SignalNumber] = [.terminate, .interrupt, .hangUp, .user1, .user2]

    private let loop: EventLoop
    private let mailbox: Mailbox
    private let pipe: SignalPipe

    /// Takes the signals; they are heard once the thread runs.
    init() throws(SystemError) {
        pipe = try SignalPipe(Self.signals)
        loop = try EventLoop()
        mailbox = loop.mailbox
    }

    /// Starts the thread: the body runs there before any signal is heard.
    func start(
        _ begin: @escaping @Sendable (EventLoop) -> Void, heard: @escaping @Sendable (SignalNumber) -> Void
    ) throws(SystemError) {
        try Thread.start(name: "hob-daemon", stack: 256 * 1024) { [self] in
            begin(loop)
            _ = try? loop.watch(pipe.raw, events: .read) { [pipe] _ in for signal in pipe.next() { heard(signal) } }
            while true { try? loop.run() }
        }
    }

    /// Runs the body there.
    func post(_ body: @escaping @Sendable (EventLoop) -> Void) {
        mailbox.post { body(self.loop) }
    }
}
