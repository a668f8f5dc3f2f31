import HobPolicy
import HobProtocol

@testable import HobSupervisorCore

// Machines and actions in words.
extension TransitionTable {
    static func describe(_ machine: InstanceMachine, at now: MonotonicInstant) -> String {
        func until(_ instant: MonotonicInstant?) -> String { instant.map { " \((max(.zero, $0 - now)).brief)" } ?? "" }
        let text =
            switch machine.phase {
            case .stopped: "stopped"
            case .waiting: "waiting"
            case .preparing(let by): "preparing\(until(by))"
            case .spawning(let by, let abort): "spawning\(until(by))\(abort ? ", called off" : "")"
            case .starting(let life, let by): "starting\(until(by)), pid \(life.pid)"
            case .settling(let life, let by): "settling\(until(by)), pid \(life.pid)"
            case .up(let life, let service): "up, pid \(life.pid)\(describe(service, until))"
            case .objecting(let life, let service, let by, let isRestart):
                "objecting\(until(by))\(isRestart ? " to a restart" : ""), pid \(life.pid)\(describe(service, until))"
            case .ending(let ending): "ending\(until(ending.by)) \(describe(ending))"
            case .cleaning(let ending, let by): "cleaning\(until(by)) \(describe(ending.purpose))"
            case .backingOff(let by, let reason): "backing off\(until(by)): \(reason)"
            case .failed(let reason, let retryAt): "failed\(until(retryAt)): \(reason)"
            case .done(let outcome): "done: \(outcome)"
            }
        return "\(text) (wanted \(machine.wanted), shown as \(machine.state.rawValue))"
    }

    private static func describe(
        _ service: InstancePhase.Service, _ until: (MonotonicInstant?) -> String
    ) -> String {
        var text = ""
        if let at = service.watchdogAt { text += ", watchdog\(until(at))" }
        if let at = service.reloadBy { text += ", reloading\(until(at))" }
        return text
    }

    private static func describe(_ ending: InstancePhase.Ending) -> String {
        let rung =
            switch ending.rung {
            case .command(let isRunning): "by its stop command\(isRunning ? "" : ", which has ended")"
            case .step(let step): "by step \(step + 1)"
            case .kill: "by SIGKILL"
            }
        let whom = ending.life.map { "pid \($0.pid)" } ?? "what is left"
        var text = "\(whom) \(rung), \(describe(ending.purpose))"
        if let complaint = ending.complaint { text += "; \(complaint)" }
        if ending.isRefused { text += "; may not be signalled" }
        return text
    }

    private static func describe(_ purpose: InstancePhase.Ending.Purpose) -> String {
        switch purpose {
        case .asked: "as asked"
        case .exited(let outcome): "since it \(outcome)"
        case .failedStart(let reason): "since \(reason)"
        case .neverStarted(let reason, let isTransient): "since \(reason)\(isTransient ? ", for now" : "")"
        case .leftovers: "before a start"
        }
    }

    static func describe(_ action: InstanceAction) -> String {
        switch action {
        case .runHook(let kind, let outcome):
            "run \(kind.rawValue)" + (outcome.map { " telling '\($0)'" } ?? "")
        case .killHook(let kind): "kill \(kind.rawValue)"
        case .spawn(let generation): "spawn \(generation)"
        case .killSpawn: "kill the spawn"
        case .watchReadiness: "watch readiness"
        case .unwatchReadiness: "unwatch readiness"
        case .signal(let number): SignalNames.name(of: number)
        case .signalTree(let number): "\(SignalNames.name(of: number)) to what is left"
        case .killTree: "SIGKILL to all"
        case .report(let report): "tell: \(describe(report))"
        }
    }

    private static func describe(_ report: InstanceReport) -> String {
        switch report {
        case .cameUp: "came up"
        case .startFailed(let reason, _): "start failed, \(reason)"
        case .gone(let killed, let complaint):
            "gone" + (killed ? ", killed" : "") + (complaint.map { ", \($0)" } ?? "")
        case .unkillable(let reason): "unkillable, \(reason)"
        case .stopRefused(let reason): "refused, \(reason)"
        case .completed(let outcome): "completed, \(outcome)"
        case .reloaded(let complaint): "reloaded" + (complaint.map { ": \($0)" } ?? "")
        case .exited(let outcome): "\(outcome)"
        }
    }
}
