import HobPolicy
import HobProtocol

@testable import HobSupervisorCore

/// Every phase against every event, in a form for people: `transitions.txt` beside the tests.
struct TransitionTable {
    /// A machine on its way, with the events that brought it there.
    private struct Station {
        var title: String
        var definition: ServiceDefinition
        var events: [InstanceEvent]
    }

    private static let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)

    /// The whole table.
    static var text: String {
        var text = """
            # What an instance does: every phase × every event. Made and compared by TransitionTableTests;
            # HOB_RECORD=1 writes it anew. Times count from the event; [actions] are carried out in order.

            """
        for station in stations { text += "\n" + section(station) }
        return text
    }

    private static func section(_ station: Station) -> String {
        var generator = SplitMix64(seed: 1)
        var machine = InstanceMachine(definition: DefinitionBox(station.definition))
        var ignored: [InstanceAction] = []
        for event in station.events { machine.handle(event, at: start, using: &generator, into: &ignored) }
        var lines = ["## \(station.title): \(describe(machine, at: start))"]
        var nothing: [String] = []
        var impossible: [String] = []
        for (name, event) in events {
            guard !InstanceMachine.isImpossible(event, in: machine.phase) else {
                impossible.append(name)
                continue
            }
            var now = start + .milliseconds(100)
            if case .deadlinePassed = event {
                guard let deadline = machine.deadline else {
                    nothing.append(name)
                    continue
                }
                now = max(now, deadline)
            }
            var next = machine
            var actions: [InstanceAction] = []
            next.handle(event, at: now, using: &generator, into: &actions)
            if next == machine, actions.isEmpty {
                nothing.append(name)
                continue
            }
            let list = actions.isEmpty ? "" : " [\(actions.map(describe).joined(separator: ", "))]"
            let padded = name + String(repeating: " ", count: max(0, 26 - name.utf8.count))
            let same = describe(next, at: now) == describe(machine, at: now)
            lines.append("\(padded) → \(same ? "stays" : describe(next, at: now))\(list)")
        }
        if !nothing.isEmpty { lines.append(wrapped("nothing comes of", nothing)) }
        if !impossible.isEmpty { lines.append(wrapped("impossible", impossible)) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func wrapped(_ title: String, _ names: [String]) -> String {
        var lines: [String] = []
        var line = "\(title):"
        for name in names {
            if line.utf8.count + name.utf8.count > 108 {
                lines.append(line)
                line = "   "
            }
            line += " \(name)" + (name == names.last ? "" : ",")
        }
        return (lines + [line]).joined(separator: "\n")
    }

    // MARK: Phases

    private static var stations: [Station] {
        var plain = ServiceDefinition.simulated("web")
        plain.restart.backoff.jitter = 0
        plain.restart.retry?.jitter = 0
        plain.readiness = ReadinessDefinition(kind: .notify, timeout: .seconds(60))
        plain.reload = .signal(1)
        var settling = plain
        settling.readiness = .undeclared
        var full = plain
        let hook = HookDefinition(command: .simulated, timeout: .seconds(30))
        full.hooks.beforeStart = hook
        full.hooks.afterStart = hook
        full.hooks.beforeStop = hook
        full.hooks.afterStop = hook
        full.stop.command = hook
        full.reload = .command(hook)
        full.watchdog = .seconds(20)
        var task = plain
        task.kind = .task
        task.restart = RestartPolicy(condition: .never)
        var limited = plain
        limited.restart.limit = RateLimit(count: 1, window: .seconds(60))
        var given = plain
        given.restart.condition = .never
        let up: [InstanceEvent] = [.wantedUp, .released, .spawned(pid: 42), .becameReady]
        let fullUp: [InstanceEvent] = [
            .wantedUp, .released, .hookEnded(.beforeStart, .succeeded), .spawned(pid: 42), .becameReady,
            .hookEnded(.afterStart, .succeeded),
        ]
        let crash: [InstanceEvent] = [.processEnded(.exited(1)), .treeEmptied]
        return [
            Station(title: "stopped", definition: plain, events: []),
            Station(title: "waiting", definition: plain, events: [.wantedUp]),
            Station(title: "preparing", definition: full, events: [.wantedUp, .released]),
            Station(title: "spawning", definition: plain, events: [.wantedUp, .released]),
            Station(
                title: "spawning, called off", definition: plain,
                events: [.wantedUp, .released, .wantedDown(force: false)]),
            Station(title: "starting", definition: plain, events: [.wantedUp, .released, .spawned(pid: 42)]),
            Station(
                title: "starting, no readiness declared", definition: settling,
                events: [.wantedUp, .released, .spawned(pid: 42)]),
            Station(title: "settling", definition: full, events: Array(fullUp.dropLast())),
            Station(title: "up", definition: plain, events: up),
            Station(title: "up, with all hooks and a watchdog", definition: full, events: fullUp),
            Station(title: "up, reloading", definition: full, events: fullUp + [.reloadRequested]),
            Station(title: "up, a task", definition: task, events: [.wantedUp, .released, .spawned(pid: 42)]),
            Station(title: "objecting", definition: full, events: fullUp + [.wantedDown(force: false)]),
            Station(
                title: "objecting to a restart", definition: full, events: fullUp + [.restartRequested(force: false)]),
            Station(
                title: "ending by its stop command", definition: full, events: fullUp + [.wantedDown(force: true)]),
            Station(
                title: "ending after its stop command", definition: full,
                events: fullUp + [.wantedDown(force: true), .hookEnded(.stopCommand, .succeeded)]),
            Station(
                title: "ending while its stop command tidies up", definition: full,
                events: fullUp + [.wantedDown(force: true), .processEnded(.exited(0))]),
            Station(title: "ending by signals", definition: plain, events: up + [.wantedDown(force: false)]),
            Station(title: "ending for a restart", definition: plain, events: up + [.restartRequested(force: false)]),
            Station(
                title: "ending what it left, after a stop", definition: full,
                events: fullUp + [
                    .wantedDown(force: true), .processEnded(.exited(0)), .hookEnded(.stopCommand, .succeeded),
                ]),
            Station(title: "ending what it left, after a crash", definition: plain, events: up + [crash[0]]),
            Station(
                title: "ending by SIGKILL", definition: full,
                events: [.wantedUp, .released, .wantedDown(force: false)]),
            Station(
                title: "ending what may not be signalled", definition: plain,
                events: up + [.wantedDown(force: false), .signalRefused("not permitted")]),
            Station(
                title: "ending left-overs of an earlier life", definition: plain,
                events: [.wantedUp, .released, .leftoversFound]),
            Station(
                title: "ending what before_start left", definition: full,
                events: [.wantedUp, .released, .hookEnded(.beforeStart, .failed("exited with status 7"))]),
            Station(
                title: "ending what was not ready", definition: full,
                events: Array(fullUp.dropLast()) + [.hookEnded(.afterStart, .failed("exited with status 7"))]),
            Station(title: "cleaning after a crash", definition: full, events: fullUp + crash),
            Station(
                title: "cleaning after a stop", definition: full,
                events: fullUp + [
                    .wantedDown(force: true), .processEnded(.exited(0)), .hookEnded(.stopCommand, .succeeded),
                    .treeEmptied,
                ]),
            Station(
                title: "backing off", definition: plain, events: up + crash + Array(up.dropFirst()) + crash),
            Station(
                title: "failed by its limit, to be tried again", definition: limited,
                events: up + crash + Array(up.dropFirst()) + crash),
            Station(title: "failed for good", definition: given, events: up + crash),
            Station(
                title: "done, a task", definition: task,
                events: [.wantedUp, .released, .spawned(pid: 42), .processEnded(.exited(0)), .treeEmptied]),
        ]
    }

    private static var events: [(String, InstanceEvent)] {
        let kinds = HookKind.allCases.flatMap { kind in
            [
                ("\(kind.rawValue) succeeds", InstanceEvent.hookEnded(kind, .succeeded)),
                ("\(kind.rawValue) fails", .hookEnded(kind, .failed("exited with status 7"))),
            ]
        }
        return [
            ("wantedUp", .wantedUp), ("wantedDown", .wantedDown(force: false)),
            ("wantedDown (forced)", .wantedDown(force: true)), ("restart", .restartRequested(force: false)),
            ("restart (forced)", .restartRequested(force: true)), ("reload", .reloadRequested),
            ("released", .released), ("dependencyCameUp", .dependencyCameUp),
            ("deadlinePassed", .deadlinePassed), ("leftoversFound", .leftoversFound),
            ("spawned", .spawned(pid: 43)), ("spawn fails", .spawnFailed("exec: no such file", isTransient: false)),
            ("spawn fails for now", .spawnFailed("fork: try again", isTransient: true)),
            ("becameReady", .becameReady), ("exits with 0", .processEnded(.exited(0))),
            ("exits with 1", .processEnded(.exited(1))), ("treeEmptied", .treeEmptied),
            ("signalRefused", .signalRefused("not permitted")), ("mainProcessChanged", .mainProcessChanged(pid: 99)),
            ("watchdogFed", .watchdogFed), ("timeoutExtended by 90s", .timeoutExtended(.seconds(90))),
        ] + kinds
    }
}
