import ArgumentParser
import Glibc
import HobSystem
import Logging
import Synchronization

/// Makes this process the daemon; never returns.
enum ForegroundDaemon {
    static func run<D: Daemon>(_ daemon: D, _ options: BackgroundOptions, ownsPIDFile: Bool) async throws -> Never {
        let control = try ControlThread()
        let logger = Logger(label: D.daemonName)
        let lock = try instanceLock(options, ownsPIDFile)
        let times = ShutdownTimes(deadline: D.configuration.shutdownDeadline)
        let steps = ReloadSteps(toggleLevel: {}, logDebug: {})
        let process = DaemonProcess(
            control: control, logger: logger, shutdown: times, steps: steps,
            announcesReadiness: D.configuration.announcesReadiness)
        let context = DaemonContext(logger: logger, process: process, shutdown: times)
        steps.add("reload") { try await daemon.reload(context) }
        if let lock { process.hooks.add("pid file") { lock.remove() } }
        try process.run { try await daemon.run(context) }
        // The control thread ends the process.
        while true { try? await Task.sleep(for: .seconds(86_400)) }
    }

    private static func instanceLock(_ options: BackgroundOptions, _ ownsPIDFile: Bool) throws -> InstanceLock? {
        guard ownsPIDFile, let path = options.pidFile else { return nil }
        do throws(SystemError) { return try InstanceLock(path, writes: true) } catch {
            StandardError.write("\(error.message)")
            throw ExitCode(error.code == EEXIST ? 73 : 1)
        }
    }
}
