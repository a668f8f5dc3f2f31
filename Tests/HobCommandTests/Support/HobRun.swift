import Glibc
import HobProtocol
import HobSystem
import HobTestKit

/// A run of the built `hob`: its exit code and what it wrote.
struct HobRun {
    var code: Int32
    var output: String
    var errors: String

    /// Runs hob to its end.
    init(
        _ arguments: [String], in directory: String, environment: [String: String] = [:],
        within patience: Duration = .seconds(60)
    ) throws {
        let started = try RunningHob(arguments, in: directory, environment: environment)
        self = try started.finish(within: patience)
    }

    fileprivate init(code: Int32, output: String, errors: String) {
        self.code = code
        self.output = output
        self.errors = errors
    }

    /// The lines of standard output.
    var lines: [String] { output.split(separator: "\n").map(String.init) }
}

/// A `hob` that runs; it dies with the test.
final class RunningHob: Sendable {
    private let child: TestChild
    private let output: Descriptor
    private let errors: Descriptor

    init(_ arguments: [String], in directory: String, environment: [String: String] = [:]) throws {
        output = try Descriptor.memory(named: "stdout")
        errors = try Descriptor.memory(named: "stderr")
        var request = SpawnRequest(FixtureProgram.path(of: "hob"), arguments)
        request.directory = directory
        request.environment =
            environment.map { "\($0.key)=\($0.value)" } + ["PATH=/usr/local/bin:/usr/bin:/bin", "HOME=/"]
        request.descriptors = [
            DescriptorMapping(source: output.raw, target: 1), DescriptorMapping(source: errors.raw, target: 2),
        ]
        child = try TestChild(request)
    }

    func signal(_ signal: SignalNumber) throws {
        try child.process.handle.signal(signal)
    }

    /// What it wrote to standard output so far.
    var written: String { (try? Self.text(of: output)) ?? "" }

    /// Waits until it has written a text to standard output; false when it did not in time, or ended before.
    func waitUntilWritten(_ text: String, within patience: Duration = .seconds(30)) -> Bool {
        let deadline = MonotonicTime.now() + patience
        while !written.contains(text) {
            // Nothing announces what another process writes to a memory file; its end is announced.
            if child.process.handle.waitForExit(until: .now() + .milliseconds(5)) { return written.contains(text) }
            if MonotonicTime.now() > deadline { return false }
        }
        return true
    }

    func finish(within patience: Duration = .seconds(60)) throws -> HobRun {
        let status = try child.waitForExit(within: patience)
        let code: Int32 =
            switch status {
            case .exited(let code): code
            case .signaled(let signal, _): 128 + signal
            }
        return HobRun(code: code, output: try Self.text(of: output), errors: try Self.text(of: errors))
    }

    private static func text(of file: Descriptor) throws -> String {
        let size = try FileStatus.of(file).size
        var bytes = [UInt8](repeating: 0, count: size)
        // Read at a position: the child shares the other one.
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
