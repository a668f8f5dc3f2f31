/// Which run of a schedule comes next, and when: pure; the caller waits.
///
///     next(at: now) ──► wait until a time ──► next(at: now) ──► run ──► next(at: now) …
///                        (or until the clock was set)
///
/// A run is on time when it was waited for and is at most a minute late; all other times that have passed are missed
/// ones, and ``MissedRuns`` decides. A clock that is set back by up to three hours makes nothing run again; beyond that
/// it counts as put right, and the schedule goes on from the new time.
public struct SchedulePlan: Hashable, Sendable {
    /// What is to be done.
    public enum Step: Hashable, Sendable {
        /// Wait until this time, or until the clock was set, and ask again.
        case wait(until: UnixTime)
        /// Run now; then ask again.
        case run(ScheduledRun)
        /// There is no further run.
        case over
    }

    private let schedule: Schedule
    private let zone: ZoneRules
    private let policy: MissedRuns
    private let beginning: UnixTime
    /// All times up to this one are dealt with.
    private var settled: UnixTime
    /// The last answer was to wait.
    private var isWaiting = false
    /// Missed times that are made up for, oldest first.
    private var pending: [UnixTime] = []
    private var missed = 0
    private var number = 0

    private static let grace: Duration = .seconds(60)
    private static let correction: Duration = .seconds(3 * 3_600)
    private static let mostMissed = 1_000

    /// A plan that begins now.
    ///
    /// - Parameters:
    ///   - schedule: When to run.
    ///   - zone: Whose local time counts.
    ///   - policy: What becomes of missed runs.
    ///   - now: The moment from which `every` and `in` count.
    ///   - lastRun: The last run of an earlier life, after which runs may have been missed; nil: none was.
    public init(
        _ schedule: Schedule, in zone: ZoneRules, missed policy: MissedRuns, at now: UnixTime, lastRun: UnixTime? = nil
    ) {
        self.schedule = schedule
        self.zone = zone
        self.policy = policy
        beginning = now
        settled = schedule.countsElapsedTime ? now : min(now, lastRun ?? now)
    }

    /// What is to be done at this moment.
    public mutating func next(at now: UnixTime) -> Step {
        if settled - now > Self.correction {
            settled = now
            pending = []
        }
        if pending.isEmpty { collect(at: now) }
        if !pending.isEmpty {
            isWaiting = false
            return .run(run(pending.removeFirst()))
        }
        guard let due = schedule.next(after: max(settled, now), since: beginning, in: zone) else { return .over }
        isWaiting = true
        return .wait(until: due)
    }

    private mutating func run(_ due: UnixTime) -> ScheduledRun {
        number += 1
        defer { missed = 0 }
        return ScheduledRun(number: number, due: due, missed: missed)
    }

    /// Sorts the times that have passed into those that run and those that do not.
    private mutating func collect(at now: UnixTime) {
        guard let first = schedule.next(after: settled, since: beginning, in: zone), first <= now else { return }
        var passed = passedTimes(since: first, until: now)
        settled = max(settled, now)
        let isOnTime = isWaiting && passed.last.map { now - $0 <= Self.grace } ?? false
        let punctual = isOnTime ? passed.popLast() : nil
        switch policy {
        case .skip: forget(passed.count)
        case .runOnce:
            if punctual == nil, let last = passed.popLast() { pending.append(last) }
            forget(passed.count)
        case .runAll(let limit):
            let kept = passed.suffix(max(0, limit))
            forget(passed.count - kept.count)
            pending += kept
        }
        if let punctual { pending.append(punctual) }
    }

    private mutating func forget(_ count: Int) { missed = min(Self.mostMissed, missed + count) }

    /// The latest times up to now, from a first one on, in order; at least the last 1,000 of them.
    private func passedTimes(since first: UnixTime, until now: UnixTime) -> [UnixTime] {
        // Years of minutes are not counted one by one: look back twice as far until there are enough.
        var window = Duration.seconds(1)
        while true {
            let edge = now + (.zero - window)
            let start = max(edge, first + .milliseconds(-1))
            var times: [UnixTime] = []
            var cursor = start
            while let due = schedule.next(after: cursor, since: beginning, in: zone), due <= now {
                times.append(due)
                cursor = due
            }
            if times.count > Self.mostMissed || start > edge { return times.suffix(Self.mostMissed + 1) }
            window = window * 2
        }
    }
}
