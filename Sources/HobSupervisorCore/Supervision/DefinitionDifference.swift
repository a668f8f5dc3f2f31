import HobPolicy
import HobProtocol

/// What differs between two definitions of one service, and whether its processes can live with it.
struct DefinitionDifference {
    let old: ServiceDefinition
    let new: ServiceDefinition

    init(from old: ServiceDefinition, to new: ServiceDefinition) {
        self.old = old
        self.new = new
    }

    /// The difference as it is shown and carried out.
    var change: Change {
        let needsRestart = keysOfTheProcess
        let canLive = keysOfTheSupervision
        let numbers = old.instances != new.instances
        let kind: Change.Kind =
            if !needsRestart.isEmpty { .restart } else if !canLive.isEmpty { .update } else if numbers { .scale } else {
                .unchanged
            }
        return Change(
            service: new.name, kind: kind, keys: needsRestart + canLive, before: numbers ? old.instances : nil,
            after: numbers ? new.instances : nil)
    }

    /// Whether a process of the old definition cannot serve the new one.
    var needsRestart: Bool { !keysOfTheProcess.isEmpty }

    /// What a process is born with.
    private var keysOfTheProcess: [String] {
        var keys: [String] = []
        if old.kind != new.kind { keys.append("type") }
        if old.isNumbered != new.isNumbered { keys.append("instances") }
        if old.command != new.command { keys.append("command") }
        if old.directory != new.directory { keys.append("directory") }
        keys += environmentKeys
        if old.port != new.port { keys.append("port") }
        if old.process != new.process { keys.append("process") }
        if old.wantsNotifySocket != new.wantsNotifySocket { keys.append("notify") }
        // The period stands in the environment of the process.
        if old.watchdog != new.watchdog { keys.append("watchdog") }
        if old.readiness.kind != new.readiness.kind {
            // The descriptor and the socket of these two are handed over at birth.
            switch (old.readiness.kind, new.readiness.kind) {
            case (.descriptor, _), (_, .descriptor): keys.append("ready")
            default: break
            }
        }
        return keys
    }

    private var environmentKeys: [String] {
        guard old.environment != new.environment else { return [] }
        let before = Dictionary(old.environment.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        let after = Dictionary(new.environment.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        let names = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
        return names.sorted().map { "environment.\($0)" }
    }

    /// What only the supervisor acts upon.
    private var keysOfTheSupervision: [String] {
        var keys: [String] = []
        if old.after != new.after { keys.append("after") }
        if old.requires != new.requires { keys.append("requires") }
        if old.groups != new.groups { keys.append("groups") }
        if old.readiness != new.readiness { keys.append("ready") }
        if old.restart != new.restart { keys.append("restart") }
        if old.stop != new.stop { keys.append("stop") }
        if old.reload != new.reload { keys.append("reload") }
        if old.hooks != new.hooks { keys.append("hooks") }
        if old.log != new.log { keys.append("log") }
        return keys
    }
}
