import HobController
import HobSystem
import HobTestKit

extension ControllerScenario {
    static let stop = [
        ControllerScenario("DC40 stopping what does not run is no error") {
            let daemon = try ControlledDaemon()
            try expect(try await !daemon.controller.stop(), "it claims to have stopped something")
        },
        ControllerScenario("DC41 stop waits for a slow exit") {
            let daemon = try ControlledDaemon(["--stop-time", "0.3"])
            let pid = try await daemon.controller.start()
            let took = try await time { try await daemon.controller.stop() }
            try expect(took >= .milliseconds(300), "after \(took) already")
            try expect(ProcessFacts.of(pid: pid)?.isZombie ?? true, "it lives")
            try expect(try !daemon.controller.isRunning(), "it runs")
        },
        ControllerScenario("DC42 one that takes too long is a stop timeout") {
            let daemon = try ControlledDaemon(["--stop-time", "30"]) { $0.stopTimeout = .milliseconds(100) }
            try await daemon.controller.start()
            try await expectFailure(.stopTimedOut) { try await daemon.controller.stop() }
        },
        ControllerScenario("DC43 it gets exactly one KILL, and is gone") {
            let watch = ActionLog()
            let daemon = try ControlledDaemon(["--stop-time", "30"]) {
                $0.stopTimeout = .milliseconds(100)
                watch.follow(&$0)
            }
            let pid = try await daemon.controller.start()
            try await expectFailure(.stopTimedOut) { try await daemon.controller.stop() }
            try expect(watch.signals, equals: [15, 9])
            try expect(ProcessFacts.of(pid: pid)?.isZombie ?? true, "it lives")
        },
        ControllerScenario("DC44 its pid file is deleted") {
            let daemon = try ControlledDaemon(["--stop-time", "30"]) { $0.stopTimeout = .milliseconds(100) }
            try await daemon.controller.start()
            try await expectFailure(.stopTimedOut) { try await daemon.controller.stop() }
            try expect(daemon.text("pid") == nil, "the pid file is left")
        },
        ControllerScenario("DC45 a failing stop command is a failed stop") {
            let daemon = try ControlledDaemon { $0.stopCommand = ["false"] }
            try await daemon.controller.start()
            try await expectFailure(.stopFailed) { try await daemon.controller.stop() }
            try expect(try daemon.controller.isRunning(), "it was stopped all the same")
        },
        ControllerScenario("DC46 its output and status are in the error") {
            let daemon = try ControlledDaemon { $0.stopCommand = .shell("echo hello world; exit 1") }
            try await daemon.controller.start()
            let error = try await expectFailure(.stopFailed) { try await daemon.controller.stop() }
            try expect(error.message, contains: "hello world\n(exited with status 1)")
        },
        ControllerScenario("DC47 an empty pid file: the stop command is run") {
            let daemon = try ControlledDaemon { $0.stopCommand = .shell("echo ran > '\($0.pidFile).stopped'") }
            try daemon.directory.write("", to: "pid")
            try await daemon.controller.stop()
            try expect(daemon.text("pid.stopped") ?? "", equals: "ran")
        },
        ControllerScenario("DC48 an empty pid file and told to leave it alone: the stop command is not run") {
            let daemon = try ControlledDaemon {
                $0.stopCommand = .shell("echo ran > '\($0.pidFile).stopped'")
                $0.leavesAloneIfPIDFileInvalid = true
            }
            try daemon.directory.write("", to: "pid")
            try await daemon.controller.stop()
            try expect(daemon.text("pid.stopped") == nil, "it was run")
        },
    ]
}
