import ArgumentParser
import Glibc
import HobController
import HobSystem

/// `start`: in the background; returns when it is ready.
struct StartCommand<D: Daemon>: AsyncParsableCommand, ForegroundCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "start", abstract: "Start in the background; return when it is ready.")
    }

    @OptionGroup(title: "Options of this daemon") var daemon: D
    @OptionGroup(title: "Common options") var background: BackgroundOptions
    @OptionGroup(title: "Its process and log") var process: ProcessOptions

    func prepared() throws -> (@Sendable () async throws -> Never)? {
        // A supervisor has the process itself in its hands; what it would not see must not be started.
        guard Surroundings.isSupervised else { return nil }
        let foreground = try ForegroundDaemon(daemon, background, process, ownsPIDFile: true)
        return { try await foreground.run() }
    }

    func run() async throws {
        try BackgroundDaemon.prepare(D.self, background, process)
        try await BackgroundReport.of(D.self) {
            let pid = try await BackgroundDaemon.controller(of: D.self, background).start()
            print("\(D.daemonName) started (pid \(pid))")
        }
    }
}

/// `stop`: ends it and its whole tree.
struct StopCommand<D: Daemon>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "stop", abstract: "Stop the daemon in the background; return when it is gone.")
    }

    @OptionGroup var background: BackgroundOptions

    func run() async throws {
        try await BackgroundReport.of(D.self) {
            let didRun = try await BackgroundDaemon.controller(of: D.self, background).stop()
            print(didRun ? "\(D.daemonName) stopped" : "\(D.daemonName) was not running")
        }
    }
}

/// `restart`: stop and start under one lock.
struct RestartCommand<D: Daemon>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "restart", abstract: "Stop it if it runs, and start it.")
    }

    @OptionGroup(title: "Options of this daemon") var daemon: D
    @OptionGroup(title: "Common options") var background: BackgroundOptions
    @OptionGroup(title: "Its process and log") var process: ProcessOptions

    func run() async throws {
        // Before the one that runs is ended.
        try BackgroundDaemon.prepare(D.self, background, process)
        try await BackgroundReport.of(D.self) {
            let pid = try await BackgroundDaemon.controller(of: D.self, background).restart()
            print("\(D.daemonName) started (pid \(pid))")
        }
    }
}

/// `reload`: HUP.
struct ReloadCommand<D: Daemon>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "reload", abstract: "Let it read its configuration anew.")
    }

    @OptionGroup var background: BackgroundOptions

    func run() async throws {
        let controller = try BackgroundDaemon.controller(of: D.self, background)
        guard let pid = try controller.pid(), let handle = try? ProcessHandle.open(pid: pid),
            // Still the same one, now that we hold it.
            try controller.pid() == pid, (try? handle.signal(.hangUp)) == true
        else { throw BackgroundReport.notRunning(D.self) }
        print("\(D.daemonName) reloads (pid \(pid))")
    }
}

/// `status`, after the LSB: 0 running, 3 not running, 4 cannot be told.
struct StatusCommand<D: Daemon>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "status", abstract: "Say whether it runs: 0 yes, 3 no, 4 unknown.")
    }

    @OptionGroup var background: BackgroundOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let pid: Int32?
        do { pid = try BackgroundDaemon.controller(of: D.self, background).pid() } catch {
            StandardError.write("\(error)")
            throw ExitCode(4)
        }
        let report = StatusReport(name: D.daemonName, place: background.place(for: D.self), pid: pid)
        print(json ? report.json : report.text, terminator: json ? "" : "\n")
        if pid == nil { throw ExitCode(3) }
    }
}

/// The exit codes of what a controller refuses.
enum BackgroundReport {
    static func of<D: Daemon>(_ type: D.Type, _ body: () async throws -> Void) async throws {
        do { try await body() } catch let error as ControllerError {
            StandardError.write("\(error)")
            throw ExitCode(code(of: error))
        }
    }

    static func notRunning<D: Daemon>(_ type: D.Type) -> ExitCode {
        StandardError.write("\(D.daemonName) is not running")
        return ExitCode(1)
    }

    private static func code(of error: ControllerError) -> Int32 {
        switch error.code {
        case .alreadyStarted: 73
        case .startTimedOut, .stopTimedOut: 2
        case .badConfiguration: 78
        case .startFailed, .stopFailed, .connectFailed: 1
        }
    }
}
