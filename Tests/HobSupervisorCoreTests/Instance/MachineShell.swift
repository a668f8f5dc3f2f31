import HobPolicy
import HobProtocol

@testable import HobSupervisorCore

/// The least a shell has to know, so that it tells one machine only what can be: in any order, at any time.
struct MachineShell {
    var machine: InstanceMachine
    var generator: SplitMix64
    var now = MonotonicInstant(nanoseconds: 1_000_000_000)
    /// What must never happen, and did.
    var violations: [String] = []
    /// What the last event led to.
    private(set) var actions: [InstanceAction] = []
    /// The first answer that is still owed.
    private(set) var owesSpawn = false
    private(set) var isAlive = false
    /// The end of the main process was told, and nobody has found its tree empty since.
    private(set) var isSoiled = false
    private(set) var owesTree = false
    private(set) var hooks: Set<HookKind> = []
    private(set) var isWatching = false

    init(_ definition: ServiceDefinition, seed: UInt64) {
        machine = InstanceMachine(definition: DefinitionBox(definition))
        generator = SplitMix64(seed: seed)
    }

    mutating func draw(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &generator) }

    /// Tells the machine something, and does what it says.
    mutating func tell(_ event: InstanceEvent) {
        if InstanceMachine.isImpossible(event, in: machine.phase) {
            violations.append("\(event) is called impossible in \(machine.phase), and it is not")
            return
        }
        switch event {
        case .spawned:
            owesSpawn = false
            isAlive = true
        case .spawnFailed: owesSpawn = false
        case .leftoversFound:
            owesSpawn = false
            isSoiled = true
        case .processEnded:
            isAlive = false
            isSoiled = true
        case .treeEmptied:
            isSoiled = false
            owesTree = false
        case .hookEnded(let kind, _): hooks.remove(kind)
        case .wantedUp, .wantedDown, .restartRequested, .reloadRequested, .released, .dependencyCameUp, .becameReady,
            .signalRefused, .mainProcessChanged, .watchdogFed, .timeoutExtended, .deadlinePassed:
            break
        }
        actions.removeAll(keepingCapacity: true)
        machine.handle(event, at: now, using: &generator, into: &actions)
        for action in actions { perform(action) }
        check()
    }

    private mutating func perform(_ action: InstanceAction) {
        switch action {
        case .runHook(let kind, let outcome):
            expect(hooks.insert(kind).inserted, "\(kind) runs twice")
            expect((outcome != nil) == (kind == .afterStop), "\(kind) is told \(String(describing: outcome))")
        case .killHook(let kind): hooks.remove(kind)
        case .spawn:
            expect(!isAlive && !owesSpawn && !isSoiled && hooks.isEmpty, "spawns beside something")
            owesSpawn = true
        case .killSpawn: expect(owesSpawn, "kills no spawn")
        case .watchReadiness:
            expect(isAlive, "watches nobody")
            isWatching = true
        case .unwatchReadiness: isWatching = false
        case .signal: expect(isAlive, "signals nobody")
        case .signalTree:
            expect(!isAlive, "signals a tree beside its main process")
            owesTree = true
        case .killTree: owesTree = true
        case .report(.gone): expect(!isAlive && !owesSpawn && !isSoiled && hooks.isEmpty, "is gone and is not")
        case .report: break
        }
    }

    private mutating func check() {
        for complaint in machine.contradictions() { expect(false, complaint) }
        if machine.isGone { expect(!isAlive && !owesSpawn && !isSoiled && hooks.isEmpty, "is called gone") }
        if case .ending = machine.phase {
            expect(isAlive || owesTree || hooks.contains(.stopCommand), "ends without an answer to come")
        }
        if case .spawning = machine.phase { expect(owesSpawn, "spawns without an answer to come") }
        expect((machine.life != nil) == isAlive, "is mistaken about its process")
    }

    private mutating func expect(_ holds: Bool, _ complaint: @autoclosure () -> String) {
        if !holds { violations.append("\(complaint()) in \(machine.phase)") }
    }

    /// One thing that may happen now.
    mutating func something() -> InstanceEvent {
        while true {
            switch draw(22) {
            case 0: return .wantedUp
            case 1: return .wantedDown(force: draw(2) == 0)
            case 2: return .restartRequested(force: draw(2) == 0)
            case 3: return .reloadRequested
            case 4, 5: return .released
            case 6: return .dependencyCameUp
            case 7, 8: if owesSpawn { return spawnAnswer() }
            case 9, 10: if let kind = hooks.sorted(by: { $0.rawValue < $1.rawValue }).first { return end(kind) }
            case 11, 12: if isWatching { return .becameReady }
            case 13: if isAlive { return .processEnded(outcome()) }
            case 14, 15: if owesTree, !isAlive { return treeEmptied() }
            case 16: if isAlive || isSoiled { return .signalRefused("not permitted") }
            case 17: if isAlive { return draw(2) == 0 ? .mainProcessChanged(pid: 99) : .watchdogFed }
            case 18: return .timeoutExtended(.milliseconds(draw(2_000)))
            default: if machine.deadline != nil { return deadlinePassed() }
            }
        }
    }

    private mutating func spawnAnswer() -> InstanceEvent {
        switch draw(6) {
        case 0: .spawnFailed("fork failed", isTransient: true)
        case 1: .spawnFailed("exec failed", isTransient: false)
        case 2: .leftoversFound
        default: .spawned(pid: 42)
        }
    }

    private mutating func end(_ kind: HookKind) -> InstanceEvent {
        .hookEnded(kind, draw(3) == 0 ? .failed("exited with status 7") : .succeeded)
    }

    private mutating func outcome() -> ExitOutcome {
        [.exited(0), .exited(1), .signaled(11, coreDumped: true), .unknown][draw(4)]
    }

    private mutating func treeEmptied() -> InstanceEvent {
        // Hooks are part of the tree: what kills them makes them end.
        hooks.removeAll()
        return .treeEmptied
    }

    private mutating func deadlinePassed() -> InstanceEvent {
        if let deadline = machine.deadline, draw(8) > 0 {
            now = max(now, deadline + .nanoseconds(Int64(draw(1_000_000))))
        }
        return .deadlinePassed
    }
}
