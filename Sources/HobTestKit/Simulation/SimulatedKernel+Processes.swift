import Glibc
import HobPolicy
import HobSupervisorCore

// What the machine does when it is told to, and what happens by itself.
extension SimulatedKernel {
    mutating func perform(_ action: InstanceAction, _ slot: Int) {
        guard instances.indices.contains(slot), instances[slot] != nil else {
            violations.append("\(action) for slot \(slot), which does not exist")
            return
        }
        switch action {
        case .runHook(let kind, _): runHook(kind, slot)
        case .killHook(let kind): instances[slot]?.hooks[kind] = nil
        case .spawn(let generation): spawn(generation, slot)
        case .killSpawn:
            if let spawn = instances[slot]?.spawn { schedule(slot, .spawnKilled(spawn), after: .milliseconds(1)) }
        case .watchReadiness: watchReadiness(slot)
        case .unwatchReadiness: instances[slot]?.isWatchingReadiness = false
        case .signal(let number): signal(number, slot)
        case .signalTree(let number): signalTree(number, slot)
        case .killTree: killTree(slot)
        case .report: break
        }
    }

    private mutating func runHook(_ kind: HookKind, _ slot: Int) {
        guard let instance = instances[slot] else { return }
        if recordsHooks { hooksRun.append((slot, kind)) }
        if instance.hooks[kind] != nil { violations.append("\(kind) runs twice for slot \(slot)") }
        number += 1
        instances[slot]?.hooks[kind] = number
        guard let time = instance.behaviour.hookTakes, draw(100) >= instance.behaviour.hangingHooks else { return }
        let fails = draw(100) < instance.behaviour.hookFailures
        schedule(slot, .hookEnds(kind, number, fails ? .failed("exited with status 7") : .succeeded), after: time)
    }

    private mutating func spawn(_ generation: UInt64, _ slot: Int) {
        guard let instance = instances[slot] else { return }
        if let main = instance.main {
            violations.append("slot \(slot) spawns generation \(generation) beside \(main.generation)")
        }
        if instance.spawn != nil { violations.append("slot \(slot) spawns generation \(generation) beside a spawn") }
        if !instance.hooks.isEmpty { violations.append("slot \(slot) spawns while \(instance.hooks.keys) run") }
        // What a sweep had to end must be gone; only strangers may be in the way.
        if !instance.leftovers.isEmpty { violations.append("slot \(slot) spawns beside left-overs") }
        instances[slot]?.sweep = nil
        let behaviour = instance.behaviour
        if draw(100) < behaviour.strangers {
            addLeftover(slot, lasting: behaviour.leavingsLast)
            tell(slot, .leftoversFound)
            return
        }
        number += 1
        instances[slot]?.spawn = number
        let lot = draw(100)
        if lot < behaviour.hangingSpawns { return }
        schedule(slot, .spawnDone(number, generation: generation), after: .microseconds(200 + draw(800)))
    }

    private mutating func watchReadiness(_ slot: Int) {
        guard let main = instances[slot]?.main else {
            violations.append("slot \(slot) watches for the readiness of no process")
            return
        }
        instances[slot]?.isWatchingReadiness = true
        if let time = instances[slot]?.behaviour.readyAfter { schedule(slot, .ready(pid: main.pid), after: time) }
    }

    private mutating func signal(_ number: Int32, _ slot: Int) {
        guard let instance = instances[slot], let main = instance.main else {
            violations.append("signal \(number) to no process of slot \(slot)")
            return
        }
        if draw(100) < instance.behaviour.refusedSignals {
            tell(slot, .signalRefused("not permitted"))
            return
        }
        guard !main.isDead, !main.isDying || number == 9 else { return }
        if number == 9 {
            schedule(slot, .exits(pid: main.pid, .signaled(9, coreDumped: false)), after: .microseconds(50))
        } else if let time = instance.behaviour.obeysAfter {
            instances[slot]?.main?.isDying = true
            schedule(slot, .exits(pid: main.pid, .signaled(number, coreDumped: false)), after: time)
        }
    }

    private mutating func signalTree(_ number: Int32, _ slot: Int) {
        guard let instance = instances[slot] else { return }
        if instance.main != nil { violations.append("slot \(slot) signals a tree whose main process lives") }
        instances[slot]?.sweep = number
        for leftover in instance.leftovers {
            if number == 9 {
                schedule(slot, .leftoverGoes(leftover), after: .microseconds(50))
            } else if let time = instance.behaviour.obeysAfter {
                schedule(slot, .leftoverGoes(leftover), after: time)
            }
        }
        lookAtTree(slot)
    }

    private mutating func killTree(_ slot: Int) {
        guard let instance = instances[slot] else { return }
        instances[slot]?.sweep = 9
        if let main = instance.main, !main.isDead {
            schedule(slot, .exits(pid: main.pid, .signaled(9, coreDumped: false)), after: .microseconds(50))
        }
        for leftover in instance.leftovers { schedule(slot, .leftoverGoes(leftover), after: .microseconds(50)) }
        for (kind, run) in instance.hooks {
            schedule(slot, .hookEnds(kind, run, .failed("terminated with signal SIGKILL")), after: .microseconds(50))
        }
        lookAtTree(slot)
    }

    /// Tells that nothing is left, once for each time somebody asked.
    private mutating func lookAtTree(_ slot: Int) {
        guard let instance = instances[slot], instance.sweep != nil, instance.main == nil, instance.leftovers.isEmpty,
            instance.hooks.isEmpty
        else { return }
        instances[slot]?.sweep = nil
        tell(slot, .treeEmptied)
    }

    private mutating func addLeftover(_ slot: Int, lasting time: Duration) {
        number += 1
        instances[slot]?.leftovers.insert(number)
        schedule(slot, .leftoverGoes(number), after: time)
    }

    /// Something happens; what is told of it at once comes back, what is told later is queued.
    mutating func happen(_ what: Occurrence, _ slot: Int) -> InstanceEvent? {
        guard let instance = instances[slot] else { return nil }
        switch what {
        case .told(let event):
            switch event {
            case .processEnded: instances[slot]?.main = nil
            case .becameReady where !instance.isWatchingReadiness: return nil
            default: break
            }
            return event
        case .timer(let instant):
            guard instance.timer == instant else { return nil }
            instances[slot]?.timer = nil
            return .deadlinePassed
        case .spawnDone(let spawn, let generation):
            guard instance.spawn == spawn else { return nil }
            return spawnDone(generation, slot)
        case .spawnKilled(let spawn):
            guard instance.spawn == spawn else { return nil }
            instances[slot]?.spawn = nil
            return .spawnFailed("killed", isTransient: false)
        case .exits(let pid, let outcome):
            guard let main = instance.main, main.pid == pid, !main.isDead else { return nil }
            instances[slot]?.main?.isDead = true
            living -= 1
            if let time = main.leaves { addLeftover(slot, lasting: time) }
            tell(slot, .processEnded(outcome))
        case .leftoverGoes(let leftover):
            if instances[slot]?.leftovers.remove(leftover) != nil { lookAtTree(slot) }
        case .hookEnds(let kind, let run, let result):
            guard instance.hooks[kind] == run else { return nil }
            instances[slot]?.hooks[kind] = nil
            lookAtTree(slot)
            return .hookEnded(kind, result)
        case .ready(let pid):
            guard let main = instance.main, main.pid == pid, !main.isDead, instance.isWatchingReadiness else {
                return nil
            }
            tell(slot, .becameReady)
        case .feeds(let pid):
            guard let main = instance.main, main.pid == pid, !main.isDead, let time = instance.behaviour.feedsEvery
            else { return nil }
            schedule(slot, .feeds(pid: pid), after: time)
            return .watchdogFed
        }
        return nil
    }

    private mutating func spawnDone(_ generation: UInt64, _ slot: Int) -> InstanceEvent? {
        guard let behaviour = instances[slot]?.behaviour else { return nil }
        instances[slot]?.spawn = nil
        let lot = draw(100)
        if lot < behaviour.transientSpawnFailures {
            return .spawnFailed("fork: resource temporarily unavailable", isTransient: true)
        }
        if lot < behaviour.transientSpawnFailures + behaviour.spawnFailures {
            return .spawnFailed("exec: no such file or directory", isTransient: false)
        }
        spawns += 1
        living += 1
        number += 1
        let pid = Int32(truncatingIfNeeded: 2 + number % 4_000_000)
        let leaves = draw(100) < behaviour.leavings ? behaviour.leavingsLast : nil
        instances[slot]?.main = SimulatedInstance.Main(pid: pid, generation: generation, leaves: leaves)
        if draw(100) < behaviour.immediateExits {
            schedule(slot, .exits(pid: pid, behaviour.outcome), after: .microseconds(100))
        } else if let mean = behaviour.meanLife {
            let share = -log(Double.random(in: Double.leastNonzeroMagnitude...1, using: &generator))
            let life = Double(mean.wholeNanoseconds) * share
            schedule(slot, .exits(pid: pid, behaviour.outcome), after: .nanoseconds(Int64(min(life, 9e18))))
        }
        if let time = behaviour.feedsEvery { schedule(slot, .feeds(pid: pid), after: time) }
        return .spawned(pid: pid)
    }
}
