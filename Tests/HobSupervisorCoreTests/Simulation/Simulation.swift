import HobPolicy
import HobProtocol
import HobTestKit

@testable import HobSupervisorCore

/// A supervision on a simulated machine, watched at every step.
struct Simulation {
    var supervision: Supervision
    var kernel: SimulatedKernel
    /// What must never happen, and did.
    var violations: [String] = []
    /// Events and orders that were handled.
    var steps = 0
    /// The operations that were begun and are not over.
    var open: Set<UInt64> = []
    /// The operations that are over.
    var finished: [UInt64: [Outcome]] = [:]
    /// Whether steps are held against the invariants; without, only what the machine sees counts.
    var checksEverything = true
    /// All is counted from scratch after each order, and after every so manieth event.
    var recountsEvery = 8
    /// Whether a rolling restart has no excuse: nothing fails, and only rollouts are ordered.
    var expectsOneDownAtMost = false
    /// Every so many steps the supervisor is killed and its next life goes on from its journal; 0 never.
    var killedEvery = 0
    /// How often it was killed.
    private(set) var kills = 0
    private var journal = SimulatedJournal()
    /// What was handled lately, for the report of a violation.
    private var recent: [Step] = []
    private var lastOperation: UInt64 = 0
    private var before = StandingSnapshot()

    private enum Input {
        case event(InstanceEvent, Int)
        case order(UInt64, Order)
        case apply(UInt64, [String], [String]?)
        case expire(UInt64)
    }

    /// Kept as values: to write each down would take longer than to handle it.
    private struct Step: CustomStringConvertible {
        var at: MonotonicInstant
        var input: Input
        var actions: [SupervisionAction]

        var description: String { "\(at.nanoseconds) \(input) -> \(actions)" }
    }

    init(seed: UInt64) {
        supervision = Supervision(seed: seed)
        kernel = SimulatedKernel(seed: seed &+ 1)
    }

    var now: MonotonicInstant { kernel.now }

    /// Lets time pass.
    mutating func run(for time: Duration) {
        let limit = now + time
        while violations.isEmpty, let (slot, event) = kernel.next(until: limit) {
            take(.event(event, slot)) { $0.handle(event, slot: slot, at: $1) }
            kernel.adjustTimer(slot, supervision)
        }
    }

    /// Lets time pass until something holds.
    ///
    /// - Returns: whether it came to hold in time.
    mutating func run(for time: Duration, until condition: (Simulation) -> Bool) -> Bool {
        let limit = now + time
        while violations.isEmpty, !condition(self) {
            guard let (slot, event) = kernel.next(until: limit) else { return condition(self) }
            take(.event(event, slot)) { $0.handle(event, slot: slot, at: $1) }
            kernel.adjustTimer(slot, supervision)
        }
        return violations.isEmpty
    }

    /// Tells the supervision something by hand.
    mutating func tell(_ event: InstanceEvent, _ slot: Int) {
        take(.event(event, slot)) { $0.handle(event, slot: slot, at: $1) }
        kernel.adjustTimer(slot, supervision)
    }

    /// Gives an order, and returns the operation's number.
    @discardableResult
    mutating func order(_ order: Order) -> UInt64 {
        lastOperation += 1
        let id = lastOperation
        open.insert(id)
        take(.order(id, order)) { $0.handle(order, operation: id, at: $1) }
        return id
    }

    /// Applies a set, and returns the operation's number.
    @discardableResult
    mutating func apply(_ services: [ServiceDefinition], bringUp: [String]?) -> UInt64 {
        lastOperation += 1
        let id = lastOperation
        open.insert(id)
        take(.apply(id, services.map(\.name), bringUp)) { supervision, now in
            do throws(Failure) {
                return try supervision.apply(AppliedSet(services: services), bringUp: bringUp, operation: id, at: now)
                    .actions
            } catch {
                return [.finished(operation: id, [Outcome(instance: "", kind: .failed, message: error.message)])]
            }
        }
        return id
    }

    /// Gives up waiting for an operation.
    mutating func expire(_ id: UInt64) {
        take(.expire(id)) { $0.expire(operation: id, at: $1) }
    }

    private mutating func take(
        _ input: Input, _ body: (inout Supervision, MonotonicInstant) -> [SupervisionAction]
    ) {
        steps += 1
        let actions = body(&supervision, now)
        if killedEvery > 0 { journal.store(supervision.takeChanges(), supervision) }
        if checksEverything {
            recent.append(Step(at: now, input: input, actions: actions))
            if recent.count > 40 { recent.removeFirst() }
        }
        kernel.perform(actions, for: supervision)
        for action in actions {
            guard case .finished(let id, let outcomes) = action else { continue }
            if open.remove(id) == nil { fail("operation \(id) finishes twice") }
            finished[id] = outcomes
            let names = outcomes.map(\.instance)
            // A replaced instance may have its predecessor's name; the two have a goal each.
            let doubles = Dictionary(grouping: names) { $0 }.filter { $0.value.count > 2 }
            if !doubles.isEmpty { fail("operation \(id) has more than one outcome for \(doubles.keys)") }
        }
        violations += kernel.violations
        if checksEverything {
            var isEvent = false
            if case .event = input { isEvent = true }
            if !isEvent || steps % recountsEvery == 0 {
                for complaint in supervision.contradictions() { fail(complaint) }
            }
            let after = StandingSnapshot(supervision, kernel)
            for complaint in after.complaints(since: before, supervision, oneDownAtMost: expectsOneDownAtMost) {
                fail(complaint)
            }
            before = after
            for id in open where supervision.operations[id] == nil { fail("operation \(id) vanished") }
        }
        if killedEvery > 0, steps % killedEvery == 0 { killSupervisor() }
        if !violations.isEmpty, !recent.isEmpty {
            violations.append("after:\n" + recent.map(\.description).joined(separator: "\n"))
            recent = []
        }
    }

    /// All that is not in the journal is gone; the world outside goes on.
    private mutating func killSupervisor() {
        kills += 1
        do {
            let next = try journal.recover(seed: UInt64(steps))
            for loss in supervision.losses(in: next) { fail("the journal lacks \(loss)") }
            let isCrowded = supervision.instances.contains {
                ($0?.operations.count ?? 0) > InstanceEntry.mostGoals
            }
            // The oldest of many orders that wait for one instance are forgotten.
            if isCrowded { open = open.filter { next.operations[$0] != nil } }
            supervision = next
            let actions = supervision.resume(at: now)
            journal.store(supervision.takeChanges(), supervision)
            kernel.perform(actions, for: supervision)
            if !actions.isEmpty { fail("nothing had happened, and yet the next life does \(actions)") }
        } catch {
            fail("the journal cannot be read: \(error)")
        }
    }

    private mutating func fail(_ complaint: String) {
        violations.append(complaint)
    }
}

extension Simulation {
    /// The slot of an instance.
    func slot(_ name: String) -> Int {
        supervision.instances.firstIndex { $0?.identity.name == name && $0?.isRetiring == false } ?? -1
    }

    /// The slots of a service's instances.
    func slots(_ service: String) -> [Int] {
        (supervision.services[service]?.slots ?? []).filter { supervision.instances[$0]?.isRetiring == false }
    }

    func state(_ name: String) -> ActualState? { supervision.instances[safe: slot(name)]??.machine.state }

    func generation(_ name: String) -> UInt64? { supervision.instances[safe: slot(name)]??.machine.generation }

    func outcome(_ id: UInt64, _ name: String) -> Outcome? { finished[id]?.first { $0.instance == name } }

    /// What every instance is doing, by name.
    var states: [String: ActualState] {
        Dictionary(
            supervision.instances.compactMap { $0 }.filter { !$0.isRetiring }
                .map { ($0.identity.name, $0.machine.state) },
            uniquingKeysWith: { first, _ in first })
    }
}

extension Array {
    subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
