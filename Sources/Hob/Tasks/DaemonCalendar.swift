import HobPolicy
import HobSystem
import HobTasks
import Logging

/// The clock on the wall of a daemon: one timer of the kernel on the control thread, which hears when the clock is set.
///
/// @unchecked Sendable: everything that changes belongs to the control thread.
final class DaemonCalendar: CalendarClock, @unchecked Sendable {
    private let control: ControlThread
    private let logger: Logger
    private var timer: CalendarTimer?
    private var sleepers: [(due: Int64, sleeper: Sleeper)] = []

    init(_ control: ControlThread, _ logger: Logger) {
        self.control = control
        self.logger = logger
    }

    var now: UnixTime { UnixTime(milliseconds: WallClock.now) }

    func sleep(until time: UnixTime) async throws {
        let sleeper = Sleeper()
        try await sleeper.sleep {
            control.post { [self] loop in add(sleeper, time.milliseconds, loop) }
        } end: { [self] in
            control.post { [self] loop in
                sleepers.removeAll { $0.sleeper === sleeper }
                arm(on: loop)
            }
        }
    }

    // MARK: On the control thread

    private func add(_ sleeper: Sleeper, _ due: Int64, _ loop: EventLoop) {
        guard !sleeper.isAwake else { return }
        sleepers.append((due, sleeper))
        arm(on: loop)
    }

    /// Sets the timer for the first that sleeps.
    private func arm(on loop: EventLoop) {
        do throws(SystemError) {
            if try timer(on: loop).set(sleepers.map(\.due).min()) { wakeAll() }
        } catch {
            // Without the kernel's timer nobody hears of a clock that is set: look once a minute.
            logger.warning("schedules hear of a clock that is set only after a minute: \(error.message)")
            let waiting = sleepers
            loop.schedule(after: .seconds(60)) { for (_, sleeper) in waiting { sleeper.wake() } }
        }
    }

    private func timer(on loop: EventLoop) throws(SystemError) -> CalendarTimer {
        if let timer { return timer }
        let made = try CalendarTimer()
        try loop.watch(made.raw, events: .read) { [weak self] _ in self?.heard(made, on: loop) }
        timer = made
        return made
    }

    private func heard(_ timer: CalendarTimer, on loop: EventLoop) {
        do throws(SystemError) {
            switch try timer.next() {
            case .due: wakeDue()
            case .clockSet: wakeAll()
            case nil: return
            }
        } catch { wakeAll() }
        arm(on: loop)
    }

    private func wakeDue() {
        let now = WallClock.now
        for (due, sleeper) in sleepers where due <= now { sleeper.wake() }
        sleepers.removeAll { $0.due <= now }
    }

    private func wakeAll() {
        let waiting = sleepers
        sleepers = []
        for (_, sleeper) in waiting { sleeper.wake() }
    }
}
