import ArgumentParser
import Glibc
import HobController
import HobSystem

/// A controller of this very program, as a daemon in the background.
enum BackgroundDaemon {
    /// The controller; its start command is this program again, with `run` and the words behind the verb, verbatim.
    static func controller<D: Daemon>(
        of type: D.Type, _ options: BackgroundOptions
    ) throws -> DaemonController {
        let place = options.place(for: type)
        var configuration = DaemonController.Configuration(
            identifier: D.daemonName, pidFile: place.pidFile,
            startCommand: .words([executable(), "run", "--own-pid-file"] + wordsBehindVerb()))
        configuration.logFile = place.logFile
        configuration.daemonizes = true
        configuration.awaitsNotification = true
        configuration.environment["HOB_LOG_FILE"] = place.logFile
        configuration.startTimeout = D.configuration.startTimeout
        configuration.logInactivityTimeout = nil
        configuration.stopTimeout = D.configuration.shutdownDeadline + .seconds(2)
        return try DaemonController(configuration)
    }

    /// Checks what a start needs, where somebody looks, and makes the log for whoever is to write it.
    ///
    /// - Throws: `ExitCode`, after a sentence on standard error.
    static func prepare<D: Daemon>(
        _ type: D.Type, _ options: BackgroundOptions, _ process: ProcessOptions
    ) throws {
        let setup = try ProcessSetup(DaemonSettings.read(of: type, options, process))
        let place = options.place(for: type)
        do throws(SystemError) {
            try place.makeDefaultDirectories(isLogFileNamed: options.logFile != nil)
            try setup.handOver([place.logFile])
        } catch {
            StandardError.write(error.message)
            throw ExitCode(1)
        }
    }

    /// By its path, not by what runs now: after an upgrade the new one is to be started.
    private static func executable() -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        let path = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let deleted = " (deleted)"
        return path.hasSuffix(deleted) ? String(path.dropLast(deleted.count)) : path
    }

    private static func wordsBehindVerb() -> [String] {
        let words = CommandLine.arguments.dropFirst()
        guard let first = words.first, !first.hasPrefix("-") else { return Array(words) }
        return Array(words.dropFirst())
    }
}
