import HobController
import HobSystem

extension ControllerScenario {
    /// The command has not returned when the time is over.
    static let timeoutBeforeFork = [
        ControllerScenario("DC19 a command that does not return is ended at the start timeout") {
            let watch = ActionLog()
            let daemon = try ControlledDaemon {
                $0.startCommand = ["sleep", "60"]
                $0.startTimeout = .milliseconds(1_500)
                watch.follow(&$0)
            }
            let took = try await time {
                try await expectFailure(.startTimedOut) { try await daemon.controller.start() }
            }
            try expect(took >= .milliseconds(1_500), "after \(took) already")
            try expect(watch.signals, equals: [15])
            try expect(daemon.processes.isEmpty, "something is left")
        },
        ControllerScenario("DC20 a fork just before the abort leaves no untracked survivor") {
            // The reference lets the fork live; here nothing of a failed start may.
            let daemon = try ControlledDaemon(["--wait1", "0.5"]) {
                $0.startTimeout = .milliseconds(450)
                $0.startAbortTimeout = .seconds(5)
            }
            try await expectFailure(.startTimedOut) { try await daemon.controller.start() }
            let isRunning = try daemon.controller.isRunning()
            try expect(isRunning || daemon.processes.isEmpty, "an untracked survivor: \(daemon.processes)")
        },
        ControllerScenario("DC21 an unresponsive daemon gets one TERM, no KILL") {
            let watch = ActionLog()
            let daemon = try ControlledDaemon { configuration in
                configuration.startCommand = .words(Self.unresponsive(configuration, []))
                configuration.startTimeout = .milliseconds(1_500)
                watch.follow(&configuration)
            }
            let error = try await expectFailure(.startTimedOut) { try await daemon.controller.start() }
            try expect(watch.signals, equals: [15])
            try expect(error.message, equals: "(logs empty; timed out)")
        },
        ControllerScenario("DC22 an immune one gets one TERM, then one KILL") {
            let watch = ActionLog()
            let daemon = try ControlledDaemon { configuration in
                configuration.startCommand = .words(
                    Self.unresponsive(
                        configuration, ["--ignore-sigterm", "--count-signals", configuration.pidFile + ".signals"]))
                configuration.startTimeout = .milliseconds(1_500)
                configuration.startAbortTimeout = .milliseconds(100)
                watch.follow(&configuration)
            }
            try await expectFailure(.startTimedOut) { try await daemon.controller.start() }
            try expect(watch.signals, equals: [15, 9])
            try expect(daemon.signalsReceived, equals: ["SIGTERM"])
            try expect(daemon.processes.isEmpty, "something is left")
        },
        ControllerScenario("DC23 its pid file is removed") {
            let daemon = try ControlledDaemon { configuration in
                configuration.startCommand = .words(Self.unresponsive(configuration, []))
                configuration.startTimeout = .milliseconds(1_500)
            }
            try await expectFailure(.startTimedOut) { try await daemon.controller.start() }
            try expect(daemon.text("pid") == nil, "the pid file is left")
        },
        timedOut("DC24 its output is reported", ["--log-message1", "hello first"], "hello first"),
        timedOut("DC25 its log lines are reported", ["--log-message2", "hello second"], "hello second"),
        silent("DC26 nothing logged: the exact message", "(logs empty; timed out)"),
        silent(
            "DC27 with the stderr device as log: the exact message", "(logs not available; timed out)",
            log: "/dev/stderr"),
    ]

    /// The daemon has written its pid file and never binds.
    static let timeoutAfterFork = [
        ControllerScenario("DC28 already forked: one TERM, no KILL") {
            let watch = ActionLog()
            let daemon = try ControlledDaemon(["--wait2", "60"]) {
                $0.startTimeout = .milliseconds(1_500)
                watch.follow(&$0)
            }
            try await expectFailure(.startTimedOut) { try await daemon.controller.start() }
            try expect(watch.signals, equals: [15])
            try expect(daemon.processes.isEmpty, "something is left")
        },
        ControllerScenario("DC29 already forked and immune: one TERM and one KILL") {
            let watch = ActionLog()
            let daemon = try ControlledDaemon(["--wait2", "60", "--ignore-sigterm"]) {
                $0.startTimeout = .milliseconds(1_500)
                $0.startAbortTimeout = .milliseconds(500)
                watch.follow(&$0)
            }
            try await expectFailure(.startTimedOut) { try await daemon.controller.start() }
            try expect(watch.signals, equals: [15, 9])
            try expect(daemon.processes.isEmpty, "something is left")
        },
        ControllerScenario("DC30 already forked: its pid file is removed") {
            let daemon = try ControlledDaemon(["--wait2", "60"]) { $0.startTimeout = .milliseconds(1_500) }
            try await expectFailure(.startTimedOut) { try await daemon.controller.start() }
            try expect(daemon.text("pid") == nil, "the pid file is left")
        },
        timedOut(
            "DC31 already forked: its output is reported", forked(["--log-message1", "hello first"]), "hello first"),
        timedOut(
            "DC32 already forked: its log lines are reported", forked(["--log-message2", "hello second"]),
            "hello second"),
        timedOut("DC33 already forked, nothing logged: the exact message", forked([]), nil, "(logs empty; timed out)"),
        timedOut(
            "DC34 already forked, the stderr device as log: the exact message", forked([]), nil,
            "(logs not available; timed out)", log: "/dev/stderr"),
    ]

    private static func forked(_ arguments: [String]) -> [String] { ["--wait2", "60"] + arguments }

    private static func unresponsive(_ configuration: DaemonController.Configuration, _ more: [String]) -> [String] {
        [ControlledDaemon.fixture, "unresponsive", "-P", configuration.pidFile] + more
    }

    /// A start command that says nothing and does not return ends in this message.
    private static func silent(_ name: String, _ message: String, log: String? = nil) -> ControllerScenario {
        ControllerScenario(name) {
            let daemon = try ControlledDaemon {
                $0.startCommand = ["sleep", "60"]
                $0.startTimeout = .milliseconds(300)
                if let log { $0.logFile = log }
            }
            let error = try await expectFailure(.startTimedOut) { try await daemon.controller.start() }
            try expect(error.message, equals: message)
        }
    }

    /// A start that times out says this.
    private static func timedOut(
        _ name: String, _ arguments: [String], _ part: String?, _ exact: String? = nil, log: String? = nil
    ) -> ControllerScenario {
        ControllerScenario(name) {
            // Without --wait2 it stays in the foreground: the command never returns.
            let isForked = arguments.contains("--wait2")
            let daemon = try ControlledDaemon(arguments + (isForked ? [] : ["--no-daemonize"])) {
                $0.startTimeout = .milliseconds(1_500)
                if let log { $0.logFile = log }
            }
            let error = try await expectFailure(.startTimedOut) { try await daemon.controller.start() }
            if let part { try expect(error.message, contains: part) }
            if let exact { try expect(error.message, equals: exact) }
            try expect(error.message, contains: "timed out)")
        }
    }
}
