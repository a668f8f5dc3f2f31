import Glibc
import HobProtocol
import HobSupervisorCore
import HobSystem

// When the machine is short of something: what can be made later is made later.
extension Supervisor {
    /// The instance's output, opened for one start; a FIFO that could not be made, or has vanished, is made now.
    func openOutput(_ slot: Int) throws(SystemError) -> Descriptor {
        if let fifo = runtimes[slot]?.fifo {
            do throws(SystemError) {
                return try fifo.openReadWrite(nonBlocking: false)
            } catch {
                guard error.code == ENOENT else { throw error }
                warn(slot, "the FIFO of its log has vanished: it gets a new one")
            }
        }
        return try prepareOutput(slot).openReadWrite(nonBlocking: false)
    }

    /// Makes the instance's FIFO and has it read. What is in an older one is read to its end first.
    @discardableResult
    func prepareOutput(_ slot: Int) throws(SystemError) -> FIFO {
        guard let runtime = runtimes[slot], let record = supervision.instances[slot] else {
            throw SystemError(code: ESRCH, message: "there is no such instance any more")
        }
        runtime.fifo = nil
        let fifo = try FIFO.make(at: runtime.name, in: fifos)
        let key = HeldKey(.fifo, slot: UInt32(slot))
        let reading: Descriptor
        if let kept = held.take(key) {
            reading = kept
            // The name was gone, and services write to the one that was kept: the next start makes another.
            if fifo.isNew { try fifo.remove() }
        } else {
            reading = try fifo.openReadWrite()
        }
        hold(key, reading)
        runtime.output = logs.add(
            slot: slot, name: runtime.name, fifo: reading, definition: record.machine.definition.value.log,
            isWithinLine: !fifo.isNew)
        runtime.fifo = fifo
        return fifo
    }
}

// How many descriptors there are, and what they are needed for.
extension Supervisor {
    /// Refuses a set whose instances cannot all have the descriptors they need.
    func checkDescriptors(for set: AppliedSet) throws(Failure) {
        let counts = set.services.map { service in
            (service, supervision.services[service.name]?.scale ?? service.instances)
        }
        try DescriptorBudget(counts).check()
    }

    /// The same for other numbers of instances.
    func checkDescriptors(scaledBy scales: [Request.Scale]) throws(Failure) {
        let wanted = Dictionary(scales.map { ($0.service, $0.instances) }) { $1 }
        let counts = supervision.services.values.filter { !$0.isRetiring }.map { service in
            (service.definition.value, wanted[service.definition.value.name] ?? service.slots.count)
        }
        try DescriptorBudget(counts).check()
    }

    /// What a client that ends everything should know of logs that are not all written.
    var logNotes: [String] {
        let troubles = runtimes.compactMap { $0 }.filter { $0.logTrouble != nil }
        guard let first = troubles.first, let reason = first.logTrouble else { return [] }
        let others = troubles.count > 1 ? " and \(troubles.count - 1) more" : ""
        return [
            "waiting up to \(Self.logPatience.components.seconds) s for the log of \(first.name)\(others) (\(reason)); "
                + "what is not written by then is kept in memory for the next hob up"
        ]
    }

    /// How long the end of the supervisor waits for logs.
    static let logPatience: Duration = .seconds(5)
}

extension SystemError {
    /// Whether it tells of something that runs out and comes back by itself: a later attempt may succeed.
    var isShortage: Bool {
        [EAGAIN, ENOMEM, EMFILE, ENFILE, ENOSPC, EDQUOT, ENOBUFS].contains(code)
    }
}
