import HobPolicy
import HobProtocol
import HobTestKit
import Testing

@testable import HobSupervisorCore

/// One machine, told everything that can be in any order.
@Suite(.blocking) struct MachineWalkTests {
    @Test func noOrderOfEventsBreaksAnInvariant() {
        let seed = TestEnvironment.seed()
        let steps = TestEnvironment.isLong ? 20_000_000 : 1_000_000
        var world = RandomWorld(seed: seed)
        let clock = ContinuousClock()
        let began = clock.now
        var taken = 0
        while taken < steps {
            var definition = world.service(0)
            definition.instances = 1
            var shell = MachineShell(definition, seed: seed &+ UInt64(taken))
            var history: [String] = []
            for _ in 0..<2_000 {
                taken += 1
                shell.now = shell.now + .nanoseconds(Int64(shell.draw(40_000_000)))
                if shell.draw(200) == 0 { change(&shell, &world) }
                let event = shell.something()
                let before = shell.machine
                shell.tell(event)
                if case .deadlinePassed = event, before.deadline.map({ $0 > shell.now }) ?? true {
                    if shell.machine != before || !shell.actions.isEmpty {
                        shell.violations.append("an early timer acts")
                    }
                }
                if !shell.violations.isEmpty { history.append("\(before.phase)\n    \(event) -> \(shell.actions)") }
                if shell.draw(500) == 0 { expectProgress(&shell) }
                guard shell.violations.isEmpty else { break }
            }
            if let first = shell.violations.first {
                Issue.record(
                    "HOB_SEED=\(seed), step \(taken): \(first)\n\(history.joined(separator: "\n"))\n\(definition)")
                break
            }
        }
        print("machine walk: \(taken) steps from seed \(seed) in \(clock.now - began)")
    }

    /// A new definition, as a supervision would hand it over.
    private func change(_ shell: inout MachineShell, _ world: inout RandomWorld) {
        var definition = world.changed(shell.machine.upcoming?.value ?? shell.machine.spec)
        definition.kind = shell.machine.spec.kind
        let needsRestart = world.chance(40)
        shell.machine.adopt(DefinitionBox(definition), needsRestart: needsRestart)
    }

    /// From wherever it is, with processes that obey SIGKILL and hooks that end, it comes to be what is wanted.
    private func expectProgress(_ original: inout MachineShell) {
        for event in [InstanceEvent.wantedDown(force: true), .wantedUp, .restartRequested(force: true)] {
            var shell = original
            let began = shell.now
            shell.tell(event)
            for _ in 0..<200 where !isDone(shell, event) { cooperate(&shell) }
            if !isDone(shell, event) {
                original.violations.append(
                    "after \(event), from \(original.machine.phase) to \(shell.machine.phase) for ever")
            }
            if shell.now - began > .seconds(120) {
                original.violations.append("after \(event), from \(original.machine.phase) in \(shell.now - began)")
            }
            original.violations += shell.violations
        }
    }

    private func isDone(_ shell: MachineShell, _ event: InstanceEvent) -> Bool {
        switch (event, shell.machine.phase) {
        case (.wantedDown, .stopped), (.wantedUp, .done): true
        case (.wantedUp, .up), (.restartRequested, .up): true
        // Asked for while it was ending, a task has its result.
        case (.wantedUp, .failed): shell.machine.spec.kind == .task
        default: false
        }
    }

    private func cooperate(_ shell: inout MachineShell) {
        if case .waiting = shell.machine.phase {
            shell.tell(.released)
        } else if shell.owesSpawn {
            shell.tell(.spawned(pid: 43))
        } else if let kind = shell.hooks.min(by: { $0.rawValue < $1.rawValue }) {
            shell.tell(.hookEnded(kind, .succeeded))
        } else if shell.isWatching {
            shell.tell(.becameReady)
        } else if case .ending(let ending) = shell.machine.phase, ending.rung == .kill, shell.isAlive {
            shell.tell(.processEnded(.signaled(9, coreDumped: false)))
        } else if case .ending(let ending) = shell.machine.phase, ending.rung == .kill, shell.owesTree {
            shell.tell(.treeEmptied)
        } else if let deadline = shell.machine.deadline {
            // What does not obey SIGTERM waits for the end of each step.
            shell.now = max(shell.now, deadline)
            shell.tell(.deadlinePassed)
        }
    }
}
