import HobController
import HobSystem

extension ControllerScenario {
    static let failureBeforeFork = [
        ControllerScenario("DC07 a command that fails is a failed start") {
            let daemon = try ControlledDaemon { $0.startCommand = ["false"] }
            try await expectFailure(.startFailed) { try await daemon.controller.start() }
            try expect(daemon.processes.isEmpty, "something is left")
        },
        ControllerScenario("DC08 what the command prints is in the error") {
            let daemon = try ControlledDaemon { $0.startCommand = .shell("(echo out; echo err >&2); exit 1") }
            let error = try await expectFailure(.startFailed) { try await daemon.controller.start() }
            try expect(error.message, equals: "out\nerr\n(exited with status 1)")
        },
        ControllerScenario("DC09 with the stderr device as log the error says so") {
            let daemon = try ControlledDaemon {
                $0.startCommand = ["false"]
                $0.logFile = "/dev/stderr"
            }
            let error = try await expectFailure(.startFailed) { try await daemon.controller.start() }
            try expect(error.message, equals: "(logs not available; exited with status 1)")
        },
        ControllerScenario("DC10 the exact message: the printed line, newline, status") {
            let daemon = try ControlledDaemon { $0.startCommand = .shell("echo hello world; false") }
            let error = try await expectFailure(.startFailed) { try await daemon.controller.start() }
            try expect(error.message, equals: "hello world\n(exited with status 1)")
        },
        ControllerScenario("DC11 the exact message of a silent failure") {
            let daemon = try ControlledDaemon { $0.startCommand = ["false"] }
            let error = try await expectFailure(.startFailed) { try await daemon.controller.start() }
            try expect(error.message, equals: "(logs empty; exited with status 1)")
        },
        ControllerScenario("DC12 a foreground daemon's death by SIGXCPU and its last line are in the error") {
            let daemon = try ControlledDaemon(
                ["--no-daemonize", "--log-message2", "crashing now", "--crash-signal", "XCPU"])
            let error = try await expectFailure(.startFailed) { try await daemon.controller.start() }
            try expect(error.message, contains: "crashing now")
            try expect(error.message, contains: "(terminated with signal SIGXCPU")
        },
        ControllerScenario("DC13 the same with the stderr device as log") {
            let daemon = try ControlledDaemon(["--no-daemonize", "--crash-signal", "XCPU"]) {
                $0.logFile = "/dev/stderr"
            }
            let error = try await expectFailure(.startFailed) { try await daemon.controller.start() }
            try expect(error.message, contains: "(logs not available; terminated with signal SIGXCPU")
        },
    ]

    static let failureAfterFork = [
        ControllerScenario("DC14 a crash before bind is a failed start") {
            let daemon = try ControlledDaemon(["--crash-before-bind"])
            try await expectFailure(.startFailed) { try await daemon.controller.start() }
            try expect(try !daemon.controller.isRunning(), "it runs")
            try expect(daemon.processes.isEmpty, "something is left")
        },
        ControllerScenario("DC15 what was printed before the log opened is in the error") {
            let daemon = try ControlledDaemon(["--log-message1", "hello first", "--crash-before-bind"])
            let error = try await expectFailure(.startFailed) { try await daemon.controller.start() }
            try expect(error.message, contains: "hello first")
        },
        ControllerScenario("DC16 with the stderr device as log the error says so") {
            let daemon = try ControlledDaemon(["--crash-before-bind"]) { $0.logFile = "/dev/stderr" }
            let error = try await expectFailure(.startFailed) { try await daemon.controller.start() }
            // Linux 6.15 and newer tell the status of a process that somebody else has reaped.
            let known = ["(logs not available)", "(logs not available; exited with status 2)"]
            try expect(known.contains(error.message), "\"\(error.message)\"")
        },
        ControllerScenario("DC17 a line that is in the log file only is in the error") {
            let daemon = try ControlledDaemon(["--log-message2", "hello second", "--crash-before-bind"])
            let error = try await expectFailure(.startFailed) { try await daemon.controller.start() }
            try expect(error.message, contains: "hello second")
        },
        ControllerScenario("DC18 no pid file and a silent log: timed out, with all that was said") {
            let daemon = try ControlledDaemon(
                ["--no-pid-file", "--log-message1", "hello first", "--log-message2", "hello second"]
            ) { $0.logInactivityTimeout = .milliseconds(500) }
            let error = try await expectFailure(.startTimedOut) { try await daemon.controller.start() }
            try expect(error.message, contains: "hello first")
            try expect(error.message, contains: "hello second")
            try expect(error.message, contains: "(timed out")
            try expect(daemon.processes.isEmpty, "something is left")
        },
    ]
}
