import CHobSystem
import Glibc
import Synchronization

/// A spawn as another thread sees it while it is under way: exec may hang on a dead file system for ever.
///
/// @unchecked Sendable: `result` points to memory of this object; the child and the kernel write its words, which are
/// read atomically, and everything else is under `state`.
package final class SpawnTicket: @unchecked Sendable {
    private enum State {
        case waiting
        case cancelled
        case running
        case finished(ProcessHandle?)
    }

    let result: UnsafeMutablePointer<hob_spawn_result>
    private let state = Mutex(State.waiting)

    /// A ticket for one spawn.
    package init() {
        result = .allocate(capacity: 1)
        result.initialize(to: hob_spawn_result(pid: 0, pidfd: -1, stage: 0, error: 0, detail: 0))
    }

    deinit {
        result.deallocate()
    }

    /// The child's number as soon as it exists.
    package var pid: Int32? {
        let pid = hob_spawn_pid(result)
        return pid > 0 ? pid : nil
    }

    /// The pidfd as soon as the child exists; it is closed with the handle, or when the spawn fails.
    package var pidfd: Int32? {
        state.withLock { state in
            switch state {
            case .waiting, .cancelled: nil
            case .running: hob_spawn_pidfd(result) >= 0 ? hob_spawn_pidfd(result) : nil
            case .finished(let handle): handle?.raw
            }
        }
    }

    /// Kills the child wherever it is, or cancels the spawn when it has not begun.
    package func kill() {
        state.withLock { state in
            switch state {
            case .waiting: state = .cancelled
            case .cancelled: break
            case .running:
                let pidfd = hob_spawn_pidfd(result)
                // Under the lock: the pidfd is closed, or given to a handle, only after `finish` has had it.
                if pidfd >= 0 { _ = hob_pidfd_send_signal(pidfd, SIGKILL, 0) }
            case .finished(let handle): _ = try? handle?.signal(.kill)
            }
        }
    }

    /// Marks the spawn as under way; false when it was cancelled before or the ticket is used already.
    func begin() -> Bool {
        state.withLock { state in
            guard case .waiting = state else { return false }
            state = .running
            return true
        }
    }

    /// Ends the spawn: takes the pidfd into a handle, or closes it.
    func finish(succeeded: Bool) -> ProcessHandle? {
        state.withLock { state in
            let pidfd = hob_spawn_pidfd(result)
            guard succeeded else {
                if pidfd >= 0 { _ = close(pidfd) }
                state = .finished(nil)
                return nil
            }
            let handle = ProcessHandle(pid: hob_spawn_pid(result), owning: pidfd)
            state = .finished(handle)
            return handle
        }
    }
}
