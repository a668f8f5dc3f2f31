import CHobSystem
import Glibc

/// Waits for descriptors and timers on one thread and calls their handlers there; idle, it costs nothing.
///
/// Not Sendable: made, used and ended on one thread. Other threads reach it through a ``Mailbox`` or ``Inbox``.
package final class EventLoop {
    private struct Slot {
        var descriptor: Int32 = -1
        var generation: UInt32 = 0
        var handler: ((IOEvents) -> Void)?
    }

    /// Other threads' way in.
    package let mailbox: Mailbox

    /// Called before the handlers of a wake-up.
    package var beforeDispatch: (() -> Void)?
    /// Called after the handlers of a wake-up.
    package var afterDispatch: (() -> Void)?

    /// Called once when nothing has happened for ``restTime`` after something did, and not more often than every
    /// ``restInterval``: the moment to give back what only work needs.
    ///
    /// The wait that follows drops the pages of the program's file: start-up and bursts touch thousands that an idle
    /// process does not need, and the kernel has them anyway. The next event maps some of them again, in microseconds.
    package var atRest: (() -> Void)?
    private static let restTime: Duration = .seconds(1)
    private static let restInterval: Duration = .seconds(10)
    /// When to rest; nil when that was done since the last event.
    private var restAt: MonotonicTime?
    private var earliestRest = MonotonicTime(nanoseconds: 0)
    private var isResting = false

    private let epoll: Descriptor
    private var slots: [Slot] = []
    private var free: [UInt32] = []
    private var timers = TimerHeap()
    private var isStopped = false
    private let events = UnsafeMutablePointer<hob_event>.allocate(capacity: EventLoop.mostEvents)
    private static let mostEvents = 256

    /// A loop with nothing to wait for.
    package init() throws(SystemError) {
        epoll = try Descriptor.made("an epoll instance", invoke(.epollCreate) { hob_epoll_create() })
        mailbox = try Mailbox()
        let mailbox = mailbox
        try watch(mailbox.descriptor.raw, events: .read) { _ in mailbox.deliver() }
    }

    deinit {
        events.deallocate()
    }

    // MARK: Descriptors

    /// Calls the handler as long as the descriptor has one of the events (level-triggered). Cancel before closing it.
    @discardableResult
    package func watch(
        _ descriptor: Int32, events: IOEvents, handler: @escaping (IOEvents) -> Void
    ) throws(SystemError) -> Watch {
        let index: UInt32
        if let reused = free.popLast() {
            index = reused
        } else {
            index = UInt32(slots.count)
            slots.append(Slot())
        }
        let watch = Watch(index: index, generation: slots[Int(index)].generation)
        let result = invoke(.epollControl) {
            hob_epoll_add(epoll.raw, descriptor, events.rawValue, Self.data(of: watch))
        }
        guard result >= 0 else {
            free.append(index)
            throw .transfer(
                result == -EPERM ? "watch (it is a plain file, always ready)" : "watch", descriptor, -result)
        }
        slots[Int(index)].descriptor = descriptor
        slots[Int(index)].handler = handler
        return watch
    }

    /// Watches for other events; none leaves error and hang-up, which are always reported.
    package func modify(_ watch: Watch, events: IOEvents) throws(SystemError) {
        guard let slot = slot(of: watch) else { return }
        let result = invoke(.epollControl) {
            hob_epoll_modify(epoll.raw, slot.descriptor, events.rawValue, Self.data(of: watch))
        }
        guard result >= 0 else { throw .transfer("watch", slot.descriptor, -result) }
    }

    /// Stops watching; events of this wake-up that are not delivered yet are dropped, too.
    package func cancel(_ watch: Watch) {
        guard let slot = slot(of: watch) else { return }
        // Closed already, then the kernel has forgotten it itself.
        _ = hob_epoll_remove(epoll.raw, slot.descriptor)
        slots[Int(watch.index)].handler = nil
        slots[Int(watch.index)].descriptor = -1
        slots[Int(watch.index)].generation &+= 1
        free.append(watch.index)
    }

    // MARK: Timers

    /// Calls the handler once, at that moment or as soon after it as possible.
    @discardableResult
    package func schedule(at deadline: MonotonicTime, handler: @escaping () -> Void) -> TimerToken {
        timers.insert(at: deadline, handler)
    }

    /// Calls the handler once, after so long.
    @discardableResult
    package func schedule(after delay: Duration, handler: @escaping () -> Void) -> TimerToken {
        timers.insert(at: MonotonicTime.now() + delay, handler)
    }

    /// Forgets a timer; false when it has fired or been cancelled before.
    @discardableResult
    package func cancel(_ timer: TimerToken) -> Bool { timers.cancel(timer) }

    /// Moves a timer to another moment; false when it has fired or been cancelled before.
    @discardableResult
    package func reschedule(_ timer: TimerToken, at deadline: MonotonicTime) -> Bool {
        timers.reschedule(timer, at: deadline)
    }

    /// How many timers are set.
    package var timerCount: Int { timers.count }

    /// How many descriptors are watched, the mailbox's included.
    package var watchCount: Int { slots.count - free.count }

    // MARK: Running

    /// Runs until ``stop()``. A wait that fails is tried again, a little later each time, before it is an error.
    package func run() throws(SystemError) {
        isStopped = false
        var failures: UInt32 = 0
        while !isStopped {
            do throws(SystemError) {
                _ = try turn(until: nil)
                failures = 0
            } catch {
                failures += 1
                guard failures < Self.mostFailures else { throw error }
                usleep(1_000 * min(failures, 20))
            }
        }
    }

    /// So many waits in a row may fail, which takes about two seconds.
    private static let mostFailures: UInt32 = 100

    /// Ends ``run()`` after the handlers of this wake-up.
    package func stop() { isStopped = true }

    /// Waits for one wake-up and calls its handlers; false when the deadline passed without any.
    @discardableResult
    package func runOnce(deadline: MonotonicTime) throws(SystemError) -> Bool {
        repeat {
            if try turn(until: deadline) { return true }
        } while MonotonicTime.now() < deadline
        return false
    }

    /// Runs until the condition holds; false when the deadline passed first.
    package func run(until deadline: MonotonicTime, condition: () -> Bool) throws(SystemError) -> Bool {
        while !condition() {
            if MonotonicTime.now() >= deadline { return false }
            _ = try turn(until: deadline)
        }
        return true
    }

    /// One wait and its handlers; true when any was called.
    private func turn(until limit: MonotonicTime?) throws(SystemError) -> Bool {
        var wait: Int64 = -1
        let wakeUp = min(
            timers.next?.nanoseconds ?? .max, limit?.nanoseconds ?? .max, restAt?.nanoseconds ?? .max)
        if wakeUp != .max { wait = max(0, wakeUp &- MonotonicTime.now().nanoseconds) }
        // Not retried on EINTR: the wait is computed anew on the next turn.
        let count = invoke(.epollWait, retrying: false) {
            isResting
                ? hob_epoll_rest(epoll.raw, events, wait)
                : hob_epoll_wait(epoll.raw, events, Int32(Self.mostEvents), wait)
        }
        isResting = false
        guard count >= 0 || count == -EINTR else { throw .transfer("wait on", epoll.raw, -count) }
        guard count > 0 || timers.next.map({ $0 <= MonotonicTime.now() }) ?? false else {
            rest()
            return false
        }
        if atRest != nil { restAt = max(MonotonicTime.now() + Self.restTime, earliestRest) }
        beforeDispatch?()
        defer { afterDispatch?() }
        for index in 0..<max(0, Int(count)) {
            let event = events[index]
            let watch = Watch(
                index: UInt32(truncatingIfNeeded: event.data), generation: UInt32(truncatingIfNeeded: event.data >> 32))
            // A slot that was freed or reused earlier in this batch has another generation.
            slot(of: watch)?.handler?(IOEvents(rawValue: event.events))
        }
        fireTimers()
        return true
    }

    private func rest() {
        guard let due = restAt, due <= MonotonicTime.now() else { return }
        restAt = nil
        earliestRest = due + Self.restInterval
        atRest?()
        isResting = true
    }

    private func fireTimers() {
        // Only what was due at this moment: a handler that sets a timer for now must not keep others waiting.
        let now = MonotonicTime.now()
        while let handler = timers.popDue(at: now) { handler() }
    }

    private func slot(of watch: Watch) -> Slot? {
        guard slots.indices.contains(Int(watch.index)) else { return nil }
        let slot = slots[Int(watch.index)]
        return slot.generation == watch.generation && slot.descriptor >= 0 ? slot : nil
    }

    private static func data(of watch: Watch) -> UInt64 { UInt64(watch.generation) << 32 | UInt64(watch.index) }
}
