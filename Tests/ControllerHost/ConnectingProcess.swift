import ControllerScenarios
import Glibc
import HobController
import HobSystem

/// `connect DIRECTORY`: connects to the daemon of a directory once for each line on stdin, and says what came of it.
enum ConnectingProcess {
    static func run(_ directory: String) async throws {
        let controller = try DaemonController(
            ControlledDaemon.configuration(in: directory, ["--spawn-counter", directory + "/starts"]))
        let path = directory + "/socket"
        print("ready")
        fflush(nil)
        while readLine() != nil {
            do {
                let connection = try await controller.connect { try UnixSocket.connect(path: path) }
                // What it has must be of use: the server echoes a line.
                try connection.writeAll("hello\n")
                print("connected")
            } catch {
                print("failed: \("\(error)".split(separator: "\n").joined(separator: " | "))")
            }
            fflush(nil)
        }
    }
}
