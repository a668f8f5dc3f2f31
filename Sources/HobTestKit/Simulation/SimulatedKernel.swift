package import HobPolicy
package import HobSupervisorCore

/// A machine in virtual time that plays the shell's part: it does what a supervision says and tells what comes of it.
///
/// A pure value: a run is repeated by its seed, and a copy of it goes on by itself.
package struct SimulatedKernel: Sendable {
    /// Something that is going to happen to an instance.
    enum Occurrence: Sendable {
        case spawnDone(UInt64, generation: UInt64)
        case spawnKilled(UInt64)
        case exits(pid: Int32, ExitOutcome)
        case leftoverGoes(UInt64)
        case hookEnds(HookKind, UInt64, HookResult)
        case ready(pid: Int32)
        case feeds(pid: Int32)
        case timer(MonotonicInstant)
        case told(InstanceEvent)
    }

    struct Entry: Sendable {
        var slot: Int
        var incarnation: UInt64
        var what: Occurrence
    }

    /// The time.
    package var now = MonotonicInstant(nanoseconds: 1_000_000_000)
    /// How the services behave, by name; a service that is not named works.
    package var behaviours: [String: SimulatedBehaviour] = [:]
    /// The longest time between something and its being told.
    package var longestDelay = Duration.microseconds(300)
    /// Timers may fire so much too late, and one of a hundred fires too early.
    package var timersAreSloppy = false
    /// What must never happen, and did.
    package internal(set) var violations: [String] = []
    /// How many processes were started.
    package internal(set) var spawns: UInt64 = 0
    /// How many main processes live.
    package internal(set) var living = 0
    /// The hooks that were run, in order, with the slot.
    package internal(set) var hooksRun: [(slot: Int, kind: HookKind)] = []
    /// Whether `hooksRun` is kept.
    package var recordsHooks = false

    var instances: [SimulatedInstance?] = []
    var queue = TimedQueue<Entry>()
    var generator: SplitMix64
    var number: UInt64 = 0

    /// Makes a machine with nothing on it.
    package init(seed: UInt64) {
        generator = SplitMix64(seed: seed)
    }

    /// When something happens next.
    package var nextInstant: MonotonicInstant? { queue.nextInstant }

    /// Does what a supervision said, in order.
    package mutating func perform(_ actions: [SupervisionAction], for supervision: Supervision) {
        var touched: [Int] = []
        for action in actions {
            switch action {
            case .added(let slot):
                while instances.count <= slot { instances.append(nil) }
                let name = supervision.instances[slot]?.identity.service ?? ""
                number += 1
                instances[slot] = SimulatedInstance(
                    incarnation: number, behaviour: behaviours[name] ?? SimulatedBehaviour())
                touched.append(slot)
            case .removed(let slot): remove(slot)
            case .act(let slot, let action):
                perform(action, slot)
                touched.append(slot)
            case .changed(let slot, _), .redefined(let slot): touched.append(slot)
            case .finished, .store: break
            }
        }
        for slot in touched { adjustTimer(slot, supervision) }
    }

    /// Keeps the one timer of an instance at its deadline; called after each event of it.
    package mutating func adjustTimer(_ slot: Int, _ supervision: Supervision) {
        guard instances.indices.contains(slot), supervision.instances.indices.contains(slot) else { return }
        let deadline = supervision.instances[slot]?.machine.deadline
        guard instances[slot] != nil, deadline != instances[slot]?.timer else { return }
        instances[slot]?.timer = deadline
        guard let deadline else { return }
        var at = max(deadline, now)
        if timersAreSloppy {
            at = at + .microseconds(draw(2_000))
            if draw(100) == 0 { schedule(slot, .told(.deadlinePassed), after: .microseconds(draw(5_000))) }
        }
        queue.add(Entry(slot: slot, incarnation: instances[slot]?.incarnation ?? 0, what: .timer(deadline)), at: at)
    }

    /// Lets time pass until there is something to tell.
    ///
    /// - Parameter limit: time passes no further than this.
    package mutating func next(until limit: MonotonicInstant) -> (slot: Int, event: InstanceEvent)? {
        while let at = queue.nextInstant, at <= limit, let (at, entry) = queue.popFirst() {
            now = max(now, at)
            guard instances[entry.slot]?.incarnation == entry.incarnation else { continue }
            if let event = happen(entry.what, entry.slot) { return (entry.slot, event) }
        }
        now = max(now, limit)
        return nil
    }

    /// A service's processes behave otherwise from their next start on, and its hooks at once.
    package mutating func set(_ behaviour: SimulatedBehaviour, slot: Int) {
        guard instances.indices.contains(slot) else { return }
        instances[slot]?.behaviour = behaviour
    }

    /// Kills a main process, as somebody with a shell might.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    package mutating func kill(_ slot: Int, _ outcome: ExitOutcome = .signaled(9, coreDumped: false)) -> Bool {
        guard instances.indices.contains(slot), let main = instances[slot]?.main, !main.isDead else { return false }
        schedule(slot, .exits(pid: main.pid, outcome), after: .zero)
        return true
    }

    /// The generation of the main process that lives.
    package func livingGeneration(_ slot: Int) -> UInt64? {
        guard instances.indices.contains(slot), let main = instances[slot]?.main, !main.isDead else { return nil }
        return main.generation
    }

    /// Whether anything of an instance exists.
    package func isAlive(_ slot: Int) -> Bool {
        guard instances.indices.contains(slot), let instance = instances[slot] else { return false }
        return instance.main?.isDead == false || !instance.leftovers.isEmpty || !instance.hooks.isEmpty
    }

    private mutating func remove(_ slot: Int) {
        if isAlive(slot) { violations.append("slot \(slot) is removed while something of it lives") }
        instances[slot] = nil
    }

    mutating func draw(_ bound: Int64) -> Int64 {
        Int64(truncatingIfNeeded: generator.next() % UInt64(max(1, bound)))
    }

    mutating func schedule(_ slot: Int, _ what: Occurrence, after delay: Duration) {
        guard let incarnation = instances[slot]?.incarnation else { return }
        queue.add(Entry(slot: slot, incarnation: incarnation, what: what), at: now + delay)
    }

    /// Tells the supervision, a little later.
    mutating func tell(_ slot: Int, _ event: InstanceEvent) {
        schedule(slot, .told(event), after: .nanoseconds(draw(longestDelay.wholeNanoseconds)))
    }
}
