import Glibc
package import HobController
import HobSystem
package import HobTestKit

/// A fixture daemon in a directory of its own, with a controller; whatever is left of it is killed with this object.
package final class ControlledDaemon: Sendable {
    /// Its directory.
    package let directory: TestDirectory
    /// Its controller.
    package let controller: DaemonController
    /// The program.
    package static var fixture: String { FixtureProgram.path }

    /// A controller for the fixture's echo server on a Unix socket.
    ///
    /// - Parameters:
    ///   - arguments: Further options of the fixture.
    ///   - change: What differs from the usual configuration.
    package init(_ arguments: [String] = [], _ change: (inout DaemonController.Configuration) -> Void = { _ in }) throws
    {
        let directory = try TestDirectory("hob-control")
        self.directory = directory
        var configuration = Self.configuration(in: directory.path, arguments)
        change(&configuration)
        controller = try DaemonController(configuration)
    }

    /// One that counts its starts.
    package static func counted(
        _ arguments: [String] = [], _ change: (inout DaemonController.Configuration) -> Void = { _ in }
    ) throws -> ControlledDaemon {
        try ControlledDaemon(arguments) { configuration in
            if case .command(.words(let words)) = configuration.startCommand {
                configuration.startCommand = .words(words + ["--spawn-counter", configuration.pidFile + ".starts"])
            }
            change(&configuration)
        }
    }

    /// One whose options depend on its directory.
    package static func with(_ arguments: (String) -> [String]) throws -> ControlledDaemon {
        try ControlledDaemon { configuration in
            let directory = String(configuration.pidFile.dropLast("/pid".utf8.count))
            if case .command(.words(let words)) = configuration.startCommand {
                configuration.startCommand = .words(words + arguments(directory))
            }
        }
    }

    /// How often a ``counted(_:_:)`` one was started.
    package var starts: Int { (text("pid.starts") ?? "").split(separator: "\n").count }

    /// The usual configuration, for a daemon in this directory.
    package static func configuration(in directory: String, _ arguments: [String]) -> DaemonController.Configuration {
        let words =
            [
                fixture, "echo-server", "-C", directory, "-P", "\(directory)/pid", "-l", "\(directory)/log", "--unix",
                "\(directory)/socket",
            ] + arguments
        var configuration = DaemonController.Configuration(
            identifier: "echo", pidFile: "\(directory)/pid", startCommand: .words(words),
            ping: .unix(path: "\(directory)/socket"))
        configuration.logFile = "\(directory)/log"
        return configuration
    }

    deinit {
        for pid in processes {
            guard let handle = try? ProcessHandle.open(pid: pid) else { continue }
            _ = try? handle.signal(.kill)
            _ = handle.waitForExit(until: MonotonicTime.now() + .seconds(10))
        }
        if let mark { _ = try? OwnCgroup.delegated()?.removeChild("hob-\(mark.token)") }
    }

    /// All living processes of the daemon, found by its mark.
    package var processes: [Int32] { mark?.holders() ?? [] }

    /// How many daemons there are; a start command that has not returned yet is the parent of one, and none itself.
    package var instances: Int {
        let all = processes.compactMap { pid in ProcessFacts.of(pid: pid).map { (pid: pid, parent: $0.parent) } }
        return all.count { one in !all.contains { $0.parent == one.pid } }
    }

    private var mark: ProcessMark? {
        guard let status = try? FileStatus.of(directory.path(of: "pid.lock")) else { return nil }
        let token = "\(String(status.device, radix: 16)).\(String(status.inode, radix: 16))"
        return ProcessMark(
            token: token, lockFile: .init(device: status.device, inode: status.inode), tag: ProcessMark.tag(for: token))
    }

    /// Where it listens.
    package var socket: String { directory.path(of: "socket") }

    /// The names of the signals that it has noted with `--count-signals`.
    package var signalsReceived: [String] {
        (text("pid.signals") ?? "").split(separator: "\n").compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
    }

    /// The words of a file in the directory, without the last newline.
    package func text(_ name: String) -> String? {
        directory.read(name).map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 }
    }
}
