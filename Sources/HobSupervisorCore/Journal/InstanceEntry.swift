package import HobPolicy
import HobProtocol

/// All that a next life of the supervisor must know of one instance to go on where this one was.
package struct InstanceEntry: Hashable, Sendable {
    /// The number of the definition that its process was started from.
    package var definition: UInt64
    /// The number of the definition that its next process is started from, when it is another.
    package var upcoming: UInt64?
    /// Which instance of its service it is.
    package var index: Int
    /// Its life.
    package var machine: InstanceMachine.Memory
    /// What it is to do as soon as its turn comes.
    package var pending: InstanceRecord.PendingOrder?
    /// It goes when it is gone.
    package var isRetiring = false
    /// Since when it has been in its state.
    package var since: MonotonicInstant
    /// How its last process ended.
    package var lastExit: InstanceRecord.LastExit?
    /// Orders that wait for it.
    package var goals: [GoalMark] = []
    /// What the newest order that is over has come to for it.
    package var settled: SettledMark?
    /// Its turns in rolling restarts.
    package var turns: [TurnMark] = []
    /// The kernel's own number of the main process, which no other process ever has; 0 when there is none.
    package var processNumber: UInt64 = 0

    /// An order that waits for an instance.
    package struct GoalMark: Hashable, Sendable {
        var operation: UInt64
        var goal: Operation.Goal
        var began: MonotonicInstant
    }

    /// What an order has come to.
    package struct SettledMark: Hashable, Sendable {
        var operation: UInt64
        var outcome: Outcome
    }

    /// A place in the queue of a rolling restart.
    package struct TurnMark: Hashable, Sendable {
        var rollout: UInt32
        var position: UInt32
        var generation: UInt64
        var isCurrent: Bool
        var force: Bool
        var operation: UInt64?
    }

    /// Orders of which an instance remembers the goal; with more of them, the oldest are not known to a next life.
    static let mostGoals = 4

    /// Writes the entry.
    ///
    /// - Returns: how many bytes; 0 when they do not fit, even with all sentences cut short.
    package func write(to target: UnsafeMutableRawBufferPointer) -> Int {
        for longestText in [255, 40] {
            var writer = ByteWriter(target, longestText: longestText)
            write(to: &writer)
            if !writer.isOverfull { return writer.count }
        }
        return 0
    }

    private func write(to writer: inout ByteWriter) {
        writer.put(definition)
        writer.put(upcoming)
        writer.put(UInt32(truncatingIfNeeded: index))
        writer.put(pending?.code ?? 0)
        writer.put(isRetiring)
        writer.put(since.nanoseconds)
        writer.put(lastExit != nil)
        if let lastExit {
            lastExit.outcome.write(to: &writer)
            writer.put(lastExit.at.nanoseconds)
            writer.put(lastExit.pid)
        }
        writer.put(UInt8(truncatingIfNeeded: min(goals.count, Self.mostGoals)))
        for mark in goals.suffix(Self.mostGoals) {
            writer.put(mark.operation)
            mark.goal.write(to: &writer)
            writer.put(mark.began.nanoseconds)
        }
        writer.put(settled != nil)
        settled?.write(to: &writer)
        writer.put(UInt8(truncatingIfNeeded: min(turns.count, Self.mostGoals)))
        for turn in turns.prefix(Self.mostGoals) { turn.write(to: &writer) }
        writer.put(processNumber)
        machine.write(to: &writer)
    }

    /// Reads an entry.
    package init(from bytes: UnsafeRawBufferPointer) throws(ByteReader.Damaged) {
        var reader = ByteReader(bytes)
        definition = try reader.take()
        upcoming = try reader.takeOptional()
        index = Int(try reader.take(UInt32.self))
        pending = try InstanceRecord.PendingOrder(code: try reader.take())
        isRetiring = try reader.takeFlag()
        since = MonotonicInstant(nanoseconds: try reader.take())
        if try reader.takeFlag() {
            let outcome = try ExitOutcome(from: &reader)
            let at = MonotonicInstant(nanoseconds: try reader.take())
            lastExit = InstanceRecord.LastExit(outcome: outcome, at: at, pid: try reader.take())
        }
        for _ in 0..<(try reader.take(UInt8.self)) {
            let operation = try reader.take(UInt64.self)
            let goal = try Operation.Goal(from: &reader)
            let began = MonotonicInstant(nanoseconds: try reader.take())
            goals.append(GoalMark(operation: operation, goal: goal, began: began))
        }
        if try reader.takeFlag() { settled = try SettledMark(from: &reader) }
        for _ in 0..<(try reader.take(UInt8.self)) { turns.append(try TurnMark(from: &reader)) }
        processNumber = try reader.take()
        machine = try InstanceMachine.Memory(from: &reader)
    }

    init(of record: InstanceRecord, goals: [GoalMark], turns: [TurnMark]) {
        definition = record.machine.definition.number
        upcoming = record.machine.upcoming?.number
        index = record.identity.index
        machine = record.machine.memory
        pending = record.pending
        isRetiring = record.isRetiring
        since = record.since
        lastExit = record.lastExit
        self.goals = goals
        settled = record.settled
        self.turns = turns
    }
}
