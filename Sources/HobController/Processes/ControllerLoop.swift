import HobSystem
import Synchronization

/// An event loop and what everybody on it shares.
final class ControllerLoop {
    private static let idle = Mutex<[LoopBound<ControllerLoop>]>([])
    private static let mostIdle = 4

    let loop: EventLoop
    let changes: FileChanges

    init() throws(SystemError) {
        loop = try EventLoop()
        changes = FileChanges(on: loop)
    }

    /// Lends one to the calling thread, for a call that blocks; it is kept for the next such call.
    static func borrow<Answer>(
        _ body: (ControllerLoop) throws(SystemError) -> Answer
    ) throws(SystemError) -> Answer {
        let kept = idle.withLock { $0.popLast() }
        let loop = if let kept { kept.value } else { try ControllerLoop() }
        // One whose wait has failed is not used again.
        let answer = try body(loop)
        let box = LoopBound(loop)
        idle.withLock { idle in if idle.count < mostIdle { idle.append(box) } }
        return answer
    }
}
