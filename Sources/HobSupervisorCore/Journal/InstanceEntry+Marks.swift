import HobPolicy
import HobProtocol

// The parts of an entry as bytes. The codes are the journal's and never change their meaning.
extension InstanceEntry.SettledMark {
    func write(to writer: inout ByteWriter) {
        writer.put(operation)
        writer.put(outcome.kind.code)
        writer.put(outcome.pid)
        writer.put(outcome.status)
        writer.put(outcome.elapsed)
        writer.put(outcome.instance, limit: 255)
        writer.put(outcome.message != nil)
        writer.put(outcome.message ?? "", limit: writer.longestText)
    }

    init(from reader: inout ByteReader) throws(ByteReader.Damaged) {
        operation = try reader.take()
        let code = try reader.take(UInt8.self)
        guard let kind = Outcome.Kind.allCases.first(where: { $0.code == code }) else { throw ByteReader.Damaged() }
        let pid = try reader.takeOptional(Int32.self)
        let status = try reader.takeOptional(Int32.self)
        let elapsed = try reader.takeOptional(Int64.self)
        let instance = try reader.takeText()
        let hasMessage = try reader.takeFlag()
        let message = try reader.takeText()
        outcome = Outcome(
            instance: instance, kind: kind, pid: pid, status: status, message: hasMessage ? message : nil,
            elapsed: elapsed)
    }
}

extension InstanceEntry.TurnMark {
    func write(to writer: inout ByteWriter) {
        writer.put(rollout)
        writer.put(position)
        writer.put(generation)
        writer.put(isCurrent)
        writer.put(force)
        writer.put(operation)
    }

    init(from reader: inout ByteReader) throws(ByteReader.Damaged) {
        rollout = try reader.take()
        position = try reader.take()
        generation = try reader.take()
        isCurrent = try reader.takeFlag()
        force = try reader.takeFlag()
        operation = try reader.takeOptional()
    }
}

extension Operation.Goal {
    func write(to writer: inout ByteWriter) {
        switch self {
        case .up(let generation):
            writer.put(1 as UInt8)
            writer.put(generation)
        case .done: writer.put(2 as UInt8)
        case .down: writer.put(3 as UInt8)
        case .reloaded: writer.put(4 as UInt8)
        }
    }

    init(from reader: inout ByteReader) throws(ByteReader.Damaged) {
        switch try reader.take(UInt8.self) {
        case 1: self = .up(generation: try reader.take())
        case 2: self = .done
        case 3: self = .down
        case 4: self = .reloaded
        default: throw ByteReader.Damaged()
        }
    }
}

extension Outcome.Kind {
    var code: UInt8 {
        switch self {
        case .started: 1
        case .alreadyUp: 2
        case .completed: 3
        case .stopped: 4
        case .killed: 5
        case .alreadyDown: 6
        case .accepted: 7
        case .reloaded: 8
        case .signaled: 9
        case .flushed: 10
        case .failed: 11
        case .refused: 12
        case .timedOut: 13
        case .superseded: 14
        }
    }
}

extension InstanceRecord.PendingOrder {
    var code: UInt8 {
        switch self {
        case .stop(force: false): 1
        case .stop(force: true): 2
        case .restart(force: false): 3
        case .restart(force: true): 4
        }
    }

    /// The order of a code; nil for 0, which stands for none.
    init?(code: UInt8) throws(ByteReader.Damaged) {
        switch code {
        case 0: return nil
        case 1: self = .stop(force: false)
        case 2: self = .stop(force: true)
        case 3: self = .restart(force: false)
        case 4: self = .restart(force: true)
        default: throw ByteReader.Damaged()
        }
    }
}

extension ExitOutcome {
    func write(to writer: inout ByteWriter) {
        switch self {
        case .unknown:
            writer.put(0 as UInt8)
            writer.put(0 as Int32)
        case .exited(let status):
            writer.put(1 as UInt8)
            writer.put(status)
        case .signaled(let number, let coreDumped):
            writer.put(coreDumped ? 3 as UInt8 : 2)
            writer.put(number)
        }
    }

    init(from reader: inout ByteReader) throws(ByteReader.Damaged) {
        let kind = try reader.take(UInt8.self)
        let number = try reader.take(Int32.self)
        switch kind {
        case 0: self = .unknown
        case 1: self = .exited(number)
        case 2: self = .signaled(number, coreDumped: false)
        case 3: self = .signaled(number, coreDumped: true)
        default: throw ByteReader.Damaged()
        }
    }
}
