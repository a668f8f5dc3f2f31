import HobClient
import HobProtocol
import HobSystem
import HobTestKit

/// A project whose supervisor is played by the test.
final class PlayedProject: Sendable {
    let directory: TestDirectory
    let runtime: TestDirectory
    let supervisor: ScriptedSupervisor?

    /// Makes the project; `answer` nil plays no supervisor at all.
    init(_ file: String = "services: { web: { command: 'true' } }\n", answer: ScriptedSupervisor.Answer?) throws {
        directory = try TestDirectory("hob-project")
        runtime = try TestDirectory("hob-run")
        try directory.write(file, to: "hob.yml")
        try directory.descriptor.makeDirectory(".hob")
        for name in [".hob/logs", ".hob/state"] { try directory.descriptor.makeDirectory(name) }
        supervisor = try answer.map { [runtime] in try ScriptedSupervisor(in: runtime.descriptor, answer: $0) }
    }

    var environment: [String: String] { ["HOB_RUNTIME_DIR": runtime.path, "HOB_HOBD": "/nonexistent/hobd"] }

    /// Runs hob in the project.
    func hob(_ arguments: String...) throws -> HobRun {
        try HobRun(arguments, in: directory.path, environment: environment)
    }

    /// Starts hob in the project.
    func start(_ arguments: String...) throws -> RunningHob {
        try RunningHob(arguments, in: directory.path, environment: environment)
    }

    /// Appends lines to a log, each with a stamp of so many milliseconds of Unix time.
    func log(_ instance: String, _ lines: [(Int64, String)]) throws {
        let old = directory.read(".hob/logs/\(instance).log") ?? ""
        let new = lines.map { "\(RFC3339.format($0.0)) \($0.1)\n" }.joined()
        try directory.write(old + new, to: ".hob/logs/\(instance).log")
    }
}
