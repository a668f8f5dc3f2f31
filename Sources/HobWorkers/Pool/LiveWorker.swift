import HobPolicy
import HobSystem

/// A worker's process as its pool holds it; it belongs to the work loop's thread.
final class LiveWorker {
    let life: Int
    let number: Int
    let ticket = SpawnTicket()
    let born = MonotonicTime.now()
    var process: SpawnedProcess?
    var link: FrameLink?
    var errors: WorkerOutput?
    var exit: Watch?
    var readyAt: MonotonicTime?
    /// By what each is for; one of a kind.
    var timers: [Purpose: TimerToken] = [:]
    var requests: UInt64 = 0
    var memory: ByteSize?
    /// What it said, or what we know, about its end.
    var complaint: String?
    var hasIntroducedItself = false
    /// Asked to end before it had a process.
    var isToStop = false

    enum Purpose: Hashable {
        case start, beat, age, stop
    }

    init(life: Int, number: Int) {
        self.life = life
        self.number = number
    }

    func kill() {
        guard let process else { return ticket.kill() }
        // What it has started would be nobody's afterwards.
        let descendants = ProcessTree.descendants(of: process.pid).compactMap { pid in
            (try? ProcessIdentity.of(pid: pid)).flatMap { try? $0?.open() }
        }
        _ = try? process.handle.signal(.kill)
        for descendant in descendants { _ = try? descendant.signal(.kill) }
    }

    /// Lets go of everything on the loop.
    func close(on loop: EventLoop) {
        for timer in timers.values { loop.cancel(timer) }
        timers = [:]
        if let exit { loop.cancel(exit) }
        exit = nil
        link?.close()
        errors?.close()
    }
}
