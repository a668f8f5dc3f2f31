import HobSystem

/// The one thread on which children, channels and pools of this process are watched; it starts with the first and
/// sleeps when idle. Nothing slow runs on it, so its timers keep their word while Swift's pool is blocked.
///
/// @unchecked Sendable: `loop` is touched on that thread only, once it runs.
final class WorkLoop: @unchecked Sendable {
    private static let room = Monitor<WorkLoop?>(nil)

    private let loop: EventLoop
    private let mailbox: Mailbox

    private init() throws(SystemError) {
        loop = try EventLoop()
        mailbox = loop.mailbox
    }

    /// The thread, started when it is not running.
    static func shared() throws(SystemError) -> WorkLoop {
        try room.withLock { (room) throws(SystemError) -> WorkLoop in
            if let running = room { return running }
            let new = try WorkLoop()
            try Thread.start(name: "hob-workers", stack: 512 * 1024) { new.run() }
            room = new
            return new
        }
    }

    /// Runs the body there, after those posted before it.
    func post(_ body: @escaping @Sendable (EventLoop) -> Void) {
        mailbox.post { body(self.loop) }
    }

    private func run() {
        while true {
            // Only a lack of memory stops it; what waits on it has its deadlines there, so it tries again.
            try? loop.run()
        }
    }
}
