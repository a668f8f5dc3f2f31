import HobSystem
import HobTestKit

/// A run of the built `hob-amqp`, without a terminal.
final class CommandRun: Sendable {
    private let child: TestChild
    private let outputFile: Descriptor
    private let errorFile: Descriptor

    /// - Parameter url: for AMQP_URL; nil sets none.
    init(_ words: [String], url: String?) throws {
        outputFile = try Descriptor.memory(named: "stdout")
        errorFile = try Descriptor.memory(named: "stderr")
        let input = try Descriptor.open("/dev/null")
        var request = SpawnRequest(executable: FixtureProgram.path(of: "hob-amqp"), arguments: ["amqp"] + words)
        request.environment = ["PATH=/usr/bin:/bin"] + (url.map { ["AMQP_URL=\($0)"] } ?? [])
        request.descriptors = [
            DescriptorMapping(source: input.raw, target: 0), DescriptorMapping(source: outputFile.raw, target: 1),
            DescriptorMapping(source: errorFile.raw, target: 2),
        ]
        child = try TestChild(request)
    }

    func signal(_ signal: SignalNumber) throws { try child.process.handle.signal(signal) }

    /// What came of it, at its end.
    struct Result: Equatable {
        var code: Int32
        var output: String
        var errors: String
    }

    func finish() throws -> Result {
        let code: Int32 =
            switch try child.waitForExit(within: .seconds(120)) {
            case .exited(let code): code
            case .signaled(let signal, _): -signal
            }
        return Result(code: code, output: try Self.text(of: outputFile), errors: try Self.text(of: errorFile))
    }

    private static func text(of file: Descriptor) throws -> String {
        var bytes = [UInt8](repeating: 0, count: try FileStatus.of(file).size)
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
