import Glibc
import HobController
import HobSystem
import HobTestKit
import Synchronization

extension ControllerScenario {
    static let start = [
        ControllerScenario("DC01 start, then a ping is answered") {
            let daemon = try ControlledDaemon()
            let pid = try await daemon.controller.start()
            _ = try UnixSocket.connect(path: daemon.socket)
            try expect(try daemon.controller.pid() == pid, "another pid")
        },
        ControllerScenario("DC02 one that runs is already started") {
            let daemon = try ControlledDaemon()
            let pid = try await daemon.controller.start()
            let error = try await expectFailure(.alreadyStarted) { try await daemon.controller.start() }
            try expect(error.description, equals: "Daemon 'echo' is already started (pid \(pid))")
            try expect(try daemon.controller.pid() == pid, "another pid")
        },
        ControllerScenario("DC03 a leftover pid file of a dead process is deleted before the spawn") {
            // The fixture refuses to start when its pid file is there.
            let daemon = try ControlledDaemon()
            try daemon.directory.write("\(try DeadProcess.pid())\n", to: "pid")
            let pid = try await daemon.controller.start()
            try expect(daemon.text("pid") ?? "", equals: "\(pid)")
        },
        ControllerScenario("DC04 a pid file that gets its content late is waited for") {
            let daemon = try ControlledDaemon(["--pid-file-delay", "0.15"])
            let took = try await time { try await daemon.controller.start() }
            try expect(took >= .milliseconds(150), "start took only \(took)")
        },
        ControllerScenario("DC05 a ping that turns true late is waited for") {
            let begin = Mutex<MonotonicTime?>(nil)
            let daemon = try ControlledDaemon {
                $0.ping = .check {
                    let now = MonotonicTime.now()
                    let first = begin.withLock { begin in
                        begin = begin ?? now
                        return begin ?? now
                    }
                    return now - first >= .milliseconds(150)
                }
            }
            let took = try await time { try await daemon.controller.start() }
            try expect(took >= .milliseconds(150), "start took only \(took)")
        },
        ControllerScenario("DC06 it works when the log is the stderr device") {
            let daemon = try ControlledDaemon { $0.logFile = "/dev/stderr" }
            try await daemon.controller.start()
            try expect(try daemon.controller.isRunning(), "it does not run")
        },
    ]

    static let options = [
        ControllerScenario("DC35 the start command may be a closure") {
            let daemon = try ControlledDaemon { configuration in
                let command = configuration.startCommand
                configuration.startCommand = .make {
                    guard case .command(let known) = command else { throw CancellationError() }
                    return known
                }
            }
            try await daemon.controller.start()
        },
        ControllerScenario("DC36 the closure is evaluated after beforeStart") {
            let order = Mutex<[String]>([])
            let daemon = try ControlledDaemon { configuration in
                let command = configuration.startCommand
                configuration.beforeStart = { order.withLock { $0.append("before") } }
                configuration.startCommand = .make {
                    order.withLock { $0.append("command") }
                    guard case .command(let known) = command else { throw CancellationError() }
                    return known
                }
            }
            try await daemon.controller.start()
            try expect(order.withLock { $0 }, equals: ["before", "command"])
        },
        ControllerScenario("DC37 a kept descriptor stays open in the daemon") {
            let pipe = try Descriptor.pipe()
            let daemon = try ControlledDaemon { $0.keptDescriptors = [pipe.write.raw] }
            let pid = try await daemon.controller.start()
            let kept = pipe.write.raw
            pipe.write.close()
            try expect(!pipe.read.waitReadable(until: MonotonicTime.now()), "the reader got an end")
            try expect(access("/proc/\(pid)/fd/\(kept)", F_OK) == 0, "descriptor \(kept) is closed in the daemon")
            try await daemon.controller.stop()
            try expect(pipe.read.waitReadable(until: MonotonicTime.now() + .seconds(10)), "the reader got no end")
        },
        ControllerScenario("DC38 a foreground server is pingable, with a pid file written for it") {
            let daemon = try ControlledDaemon(["--no-daemonize", "--no-pid-file"]) { $0.daemonizes = true }
            let pid = try await daemon.controller.start()
            _ = try UnixSocket.connect(path: daemon.socket)
            try expect(daemon.text("pid") ?? "", equals: "\(pid)")
            try await daemon.controller.stop()
            try expect(daemon.text("pid") == nil, "the pid file is left")
        },
        ControllerScenario("DC39 variables reach the daemon") {
            let daemon = try ControlledDaemon { configuration in
                configuration.environment["ENV_FILE"] = configuration.pidFile + ".env"
            }
            try await daemon.controller.start()
            try expect(daemon.text("pid.env") != nil, "the marker file is missing")
        },
    ]
}
