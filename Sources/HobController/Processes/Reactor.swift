import HobSystem

/// The one thread that serves all asynchronous callers of this process; it starts with the first and sleeps when idle.
///
/// @unchecked Sendable: `surroundings` is touched on the reactor's own thread only.
final class Reactor: @unchecked Sendable {
    private static let room = Monitor<Reactor?>(nil)

    /// Other threads' way in.
    let mailbox: Mailbox
    private let surroundings: ControllerLoop

    private init() throws(SystemError) {
        surroundings = try ControllerLoop()
        mailbox = surroundings.loop.mailbox
    }

    /// The reactor, started when it is not running.
    static func shared() throws(SystemError) -> Reactor {
        try room.withLock { (reactor) throws(SystemError) -> Reactor in
            if let reactor { return reactor }
            let new = try Reactor()
            try Thread.start(name: "hob-control", stack: 512 * 1024) { new.run() }
            reactor = new
            return new
        }
    }

    /// Runs the body on the reactor's thread.
    func post(_ body: @escaping @Sendable (ControllerLoop) -> Void) {
        mailbox.post { body(self.surroundings) }
    }

    private func run() {
        while true {
            // Only a lack of memory stops it; what waits on it has its deadlines there, so it tries again.
            try? surroundings.loop.run()
        }
    }
}
