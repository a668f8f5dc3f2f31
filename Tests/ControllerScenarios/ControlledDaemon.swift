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
    package init(_ arguments: [String] = [], _ change: (inout DaemonController.Configuration) -> Void = { _ in }) throws {
        let directory = try TestDirectory("hob-control")
        self.directory = directory
        let words =
            [
                FixtureProgram.path, "echo-server", "-C", directory.path, "-P", directory.path(of: "pid"),
                "-l", directory.path(of: "log"), "--unix", directory.path(of: "socket"),
            ] + arguments
        var configuration = DaemonController.Configuration(
            identifier: "echo", pidFile: directory.path(of: "pid"), startCommand: .words(words),
            ping: .unix(path: directory.path(of: "socket")))
        configuration.logFile = directory.path(of: "log")
        change(&configuration)
        controller = try DaemonController(configuration)
    }

    deinit {
        for pid in processes { _ = try? ProcessHandle.open(pid: pid).signal(.kill) }
    }

    /// All living processes of the daemon, found by its mark.
    package var processes: [Int32] {
        guard let status = try? FileStatus.of(directory.path(of: "pid.lock")) else { return [] }
        let token = "\(String(status.device, radix: 16)).\(String(status.inode, radix: 16))"
        return ProcessMark(
            token: token, lockFile: .init(device: status.device, inode: status.inode), tag: ProcessMark.tag(for: token)
        ).holders()
    }

    /// Where it listens.
    package var socket: String { directory.path(of: "socket") }

    /// The names of the signals that it has noted with `--count-signals`.
    package var signalsReceived: [String] {
        (text("pid.signals") ?? "").split(separator: "\n").compactMap { $0.split(separator: " ").first.map(String.init) }
    }

    /// The words of a file in the directory, without the last newline.
    package func text(_ name: String) -> String? {
        directory.read(name).map { $0.hasSuffix("\n") ? String($0.dropLast()) : $0 }
    }
}
