import HobPolicy
import HobProtocol

// What of a machine outlives the supervisor, as bytes.
extension InstanceMachine {
    /// Everything a machine knows, except its definition, which the applied set has.
    package struct Memory: Hashable, Sendable {
        /// How many failures of the window are kept; a limit above that is judged by the newest of them.
        static let mostInstants = 48

        var wanted: WantedState
        package var phase: InstancePhase
        package var generation: UInt64
        var failures: Int
        var recentFailures: [MonotonicInstant]
        var retries: Int
        var restarts: UInt64
        var upSince: MonotonicInstant?
        var upcomingNeedsRestart: Bool
    }

    /// What to write down.
    package var memory: Memory {
        Memory(
            wanted: wanted, phase: phase, generation: generation, failures: failures,
            recentFailures: Array(recentFailures.instants.suffix(Memory.mostInstants)), retries: retries,
            restarts: restarts, upSince: upSince, upcomingNeedsRestart: upcomingNeedsRestart)
    }

    /// Goes on where an earlier life was.
    init(definition: DefinitionBox, upcoming: DefinitionBox?, memory: Memory) {
        self.init(definition: definition)
        self.upcoming = upcoming
        upcomingNeedsRestart = memory.upcomingNeedsRestart
        wanted = memory.wanted
        phase = memory.phase
        generation = memory.generation
        failures = memory.failures
        recentFailures = SlidingWindow(instants: memory.recentFailures)
        retries = memory.retries
        restarts = memory.restarts
        upSince = memory.upSince
    }
}

extension InstanceMachine.Memory {
    func write(to writer: inout ByteWriter) {
        writer.put(wanted == .up)
        writer.put(generation)
        writer.put(UInt32(truncatingIfNeeded: min(failures, 1_000_000)))
        writer.put(UInt32(truncatingIfNeeded: min(retries, 1_000_000)))
        writer.put(restarts)
        writer.put(upSince?.nanoseconds)
        writer.put(upcomingNeedsRestart)
        writer.put(UInt8(truncatingIfNeeded: recentFailures.count))
        for instant in recentFailures { writer.put(instant.nanoseconds) }
        phase.write(to: &writer)
    }

    init(from reader: inout ByteReader) throws(ByteReader.Damaged) {
        wanted = try reader.takeFlag() ? .up : .down
        generation = try reader.take()
        failures = Int(try reader.take(UInt32.self))
        retries = Int(try reader.take(UInt32.self))
        restarts = try reader.take()
        upSince = try reader.takeOptional(Int64.self).map { MonotonicInstant(nanoseconds: $0) }
        upcomingNeedsRestart = try reader.takeFlag()
        recentFailures = []
        for _ in 0..<(try reader.take(UInt8.self)) {
            recentFailures.append(MonotonicInstant(nanoseconds: try reader.take()))
        }
        phase = try InstancePhase(from: &reader)
    }
}

extension InstancePhase {
    func write(to writer: inout ByteWriter) {
        switch self {
        case .stopped: writer.put(0 as UInt8)
        case .waiting: writer.put(1 as UInt8)
        case .preparing(let by):
            writer.put(2 as UInt8)
            writer.put(by.nanoseconds)
        case .spawning(let by, let abort):
            writer.put(3 as UInt8)
            writer.put(by.nanoseconds)
            writer.put(abort)
        case .starting(let life, let by):
            writer.put(4 as UInt8)
            life.write(to: &writer)
            writer.put(by.nanoseconds)
        case .settling(let life, let by):
            writer.put(5 as UInt8)
            life.write(to: &writer)
            writer.put(by.nanoseconds)
        case .up(let life, let service):
            writer.put(6 as UInt8)
            life.write(to: &writer)
            service.write(to: &writer)
        case .objecting(let life, let service, let by, let isRestart):
            writer.put(7 as UInt8)
            life.write(to: &writer)
            service.write(to: &writer)
            writer.put(by.nanoseconds)
            writer.put(isRestart)
        case .ending(let ending):
            writer.put(8 as UInt8)
            ending.write(to: &writer)
        case .cleaning(let ending, let by):
            writer.put(9 as UInt8)
            ending.write(to: &writer)
            writer.put(by.nanoseconds)
        case .backingOff(let until, let reason):
            writer.put(10 as UInt8)
            writer.put(until.nanoseconds)
            writer.put(reason, limit: writer.longestText)
        case .failed(let reason, let retryAt):
            writer.put(11 as UInt8)
            writer.put(reason, limit: writer.longestText)
            writer.put(retryAt?.nanoseconds)
        case .done(let outcome):
            writer.put(12 as UInt8)
            outcome.write(to: &writer)
        }
    }

    init(from reader: inout ByteReader) throws(ByteReader.Damaged) {
        func instant() throws(ByteReader.Damaged) -> MonotonicInstant {
            MonotonicInstant(nanoseconds: try reader.take())
        }
        switch try reader.take(UInt8.self) {
        case 0: self = .stopped
        case 1: self = .waiting
        case 2: self = .preparing(by: try instant())
        case 3: self = .spawning(by: try instant(), abort: try reader.takeFlag())
        case 4:
            let life = try Life(from: &reader)
            self = .starting(life, by: try instant())
        case 5:
            let life = try Life(from: &reader)
            self = .settling(life, by: try instant())
        case 6:
            let life = try Life(from: &reader)
            self = .up(life, try Service(from: &reader))
        case 7:
            let life = try Life(from: &reader)
            let service = try Service(from: &reader)
            self = .objecting(life, service, by: try instant(), isRestart: try reader.takeFlag())
        case 8: self = .ending(try Ending(from: &reader))
        case 9:
            let ending = try Ending(from: &reader)
            self = .cleaning(ending, by: try instant())
        case 10: self = .backingOff(until: try instant(), reason: try reader.takeText())
        case 11:
            let reason = try reader.takeText()
            self = .failed(
                reason, retryAt: try reader.takeOptional(Int64.self).map { MonotonicInstant(nanoseconds: $0) })
        case 12: self = .done(try ExitOutcome(from: &reader))
        default: throw ByteReader.Damaged()
        }
    }
}

extension InstancePhase.Life {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.put(pid)
        writer.put(since.nanoseconds)
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReader.Damaged) {
        pid = try reader.take()
        since = MonotonicInstant(nanoseconds: try reader.take())
    }
}

extension InstancePhase.Service {
    fileprivate func write(to writer: inout ByteWriter) {
        writer.put(since.nanoseconds)
        writer.put(watchdogAt?.nanoseconds)
        writer.put(reloadBy?.nanoseconds)
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReader.Damaged) {
        since = MonotonicInstant(nanoseconds: try reader.take())
        watchdogAt = try reader.takeOptional(Int64.self).map { MonotonicInstant(nanoseconds: $0) }
        reloadBy = try reader.takeOptional(Int64.self).map { MonotonicInstant(nanoseconds: $0) }
    }
}

extension InstancePhase.Ending {
    fileprivate func write(to writer: inout ByteWriter) {
        switch purpose {
        case .asked: writer.put(0 as UInt8)
        case .exited(let outcome):
            writer.put(1 as UInt8)
            outcome.write(to: &writer)
        case .failedStart(let reason):
            writer.put(2 as UInt8)
            writer.put(reason, limit: writer.longestText)
        case .leftovers: writer.put(3 as UInt8)
        case .neverStarted(let reason, let isTransient):
            writer.put(4 as UInt8)
            writer.put(reason, limit: writer.longestText)
            writer.put(isTransient)
        }
        writer.put(life != nil)
        if let life { life.write(to: &writer) }
        switch rung {
        case .command(let isRunning): writer.put((isRunning ? -1 : -3) as Int16)
        case .step(let step): writer.put(Int16(truncatingIfNeeded: step))
        case .kill: writer.put(-2 as Int16)
        }
        writer.put(by.nanoseconds)
        writer.put(outcome != nil)
        if let outcome { outcome.write(to: &writer) }
        writer.put(complaint ?? "", limit: writer.longestText)
        writer.put(wasKilled)
        writer.put(UInt32(clamping: kills))
        writer.put(isRefused)
        writer.put(extended.wholeNanoseconds)
    }

    fileprivate init(from reader: inout ByteReader) throws(ByteReader.Damaged) {
        switch try reader.take(UInt8.self) {
        case 0: purpose = .asked
        case 1: purpose = .exited(try ExitOutcome(from: &reader))
        case 2: purpose = .failedStart(try reader.takeText())
        case 3: purpose = .leftovers
        case 4: purpose = .neverStarted(try reader.takeText(), isTransient: try reader.takeFlag())
        default: throw ByteReader.Damaged()
        }
        life = try reader.takeFlag() ? try InstancePhase.Life(from: &reader) : nil
        let step = try reader.take(Int16.self)
        switch step {
        case -1: rung = .command(isRunning: true)
        case -3: rung = .command(isRunning: false)
        case -2: rung = .kill
        default:
            guard step >= 0 else { throw ByteReader.Damaged() }
            rung = .step(Int(step))
        }
        by = MonotonicInstant(nanoseconds: try reader.take())
        outcome = try reader.takeFlag() ? try ExitOutcome(from: &reader) : nil
        let complaint = try reader.takeText()
        self.complaint = complaint.isEmpty ? nil : complaint
        wasKilled = try reader.takeFlag()
        kills = Int(try reader.take(UInt32.self))
        isRefused = try reader.takeFlag()
        extended = .nanoseconds(try reader.take(Int64.self))
    }
}
