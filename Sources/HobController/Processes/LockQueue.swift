import Glibc
import HobSystem

/// Waits for the locks of lock files: within this process in order of arrival, with one thread for each file.
///
/// A thread that waits in flock(2) cannot be called back; when nobody wants its lock any more it gives it up at once.
final class LockQueue: Sendable {
    static let shared = LockQueue()

    /// Somebody who waits.
    final class Ticket: Sendable {
        fileprivate let isCancelled = Monitor(false)
        fileprivate let granted: @Sendable (Result<LockFile, SystemError>) -> Void

        fileprivate init(_ granted: @escaping @Sendable (Result<LockFile, SystemError>) -> Void) {
            self.granted = granted
        }

        /// The lock is not wanted any more; it may have been granted already.
        func cancel() { isCancelled.withLock { $0 = true } }
    }

    private struct State {
        /// Who waits behind the holder, by path; a path that stands here is held or waited for.
        var waiting: [String: [Ticket]] = [:]
    }

    private let state = Monitor(State())

    /// Takes the exclusive lock of a file; the body hears of it on some thread, at once when it is free.
    ///
    /// A lock that was granted must be given back by ``release(_:_:)``, unless the ticket was cancelled before.
    func take(_ path: String, granted: @escaping @Sendable (Result<LockFile, SystemError>) -> Void) -> Ticket {
        let ticket = Ticket(granted)
        let isFirst = state.withLock { state in
            guard state.waiting[path] == nil else {
                state.waiting[path]?.append(ticket)
                return false
            }
            state.waiting[path] = []
            return true
        }
        if isFirst { acquire(path, for: ticket) }
        return ticket
    }

    /// Gives a lock back; the next in line gets his turn.
    func release(_ path: String, _ lock: LockFile) {
        // By name and not by closing alone: a child that the host has forked meanwhile has the description, too.
        _ = flock(lock.descriptor.raw, LOCK_UN)
        lock.descriptor.close()
        next(path)
    }

    private func next(_ path: String) {
        let ticket: Ticket? = state.withLock { state in
            guard var waiting = state.waiting[path], !waiting.isEmpty else {
                state.waiting[path] = nil
                return nil
            }
            let first = waiting.removeFirst()
            state.waiting[path] = waiting
            return first
        }
        if let ticket { acquire(path, for: ticket) }
    }

    private func acquire(_ path: String, for ticket: Ticket) {
        if ticket.isCancelled.withLock({ $0 }) { return next(path) }
        do throws(SystemError) {
            let lock = try LockFile.forChanges(path)
            if try flockExclusive(lock.descriptor) { return grant(path, lock, to: ticket) }
            try Thread.start(name: "hob-lock", stack: 128 * 1024) { self.wait(path, lock, for: ticket) }
        } catch {
            next(path)
            ticket.granted(.failure(error))
        }
    }

    private func wait(_ path: String, _ lock: LockFile, for ticket: Ticket) {
        do throws(SystemError) {
            _ = try flockExclusive(lock.descriptor, waiting: true)
        } catch {
            next(path)
            return ticket.granted(.failure(error))
        }
        if ticket.isCancelled.withLock({ $0 }) { return release(path, lock) }
        grant(path, lock, to: ticket)
    }

    private func grant(_ path: String, _ lock: LockFile, to ticket: Ticket) {
        // Somebody may have removed the file while it was waited for: then its lock excludes nobody.
        let isStillThere =
            (try? FileStatus.of(path, followingLinks: true).inode) == (try? FileStatus.of(lock.descriptor).inode)
        guard isStillThere else {
            lock.descriptor.close()
            return acquire(path, for: ticket)
        }
        ticket.granted(.success(lock))
    }
}
