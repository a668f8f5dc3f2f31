import Glibc
import HobSystem
import HobTestKit

/// What a run of `hob` came to.
struct HobResult: CustomStringConvertible {
    /// Its exit status; 128 and the signal's number when a signal ended it.
    var status: Int32
    var out: String
    var err: String
    var elapsed: Duration
    var words: [String]

    /// Everything it said, for messages of failed expectations.
    var description: String {
        "hob \(words.joined(separator: " ")): status \(status) after \(elapsed)\nstdout: \(out)\nstderr: \(err)"
    }
}

/// One run of the built `hob`; it is killed when the test lets go of it.
final class HobRun {
    private let words: [String]
    private let child: TestChild
    private let out: Descriptor
    private let err: Descriptor
    private let began: MonotonicTime

    init(_ words: [String], in directory: String, environment: [String], user: UInt32? = nil) throws {
        self.words = words
        // Files in memory: whatever it says, it never waits for a reader.
        out = try Descriptor.memory(named: "out")
        err = try Descriptor.memory(named: "err")
        var request = SpawnRequest(executable: FixtureProgram.path(of: "hob"), arguments: words)
        request.directory = directory
        request.environment = environment
        request.become(user)
        request.descriptors = [
            DescriptorMapping(source: out.raw, target: 1), DescriptorMapping(source: err.raw, target: 2),
        ]
        began = .now()
        child = try TestChild(request)
    }

    /// Its process, while it runs.
    var handle: ProcessHandle { child.process.handle }

    /// Waits for its end; one that takes longer is an error that tells what it said till then.
    func finish(within patience: Duration = .seconds(60)) throws -> HobResult {
        guard child.process.handle.waitForExit(until: .now() + patience) else {
            let sofar = try HobResult(
                status: -1, out: text(out), err: text(err), elapsed: MonotonicTime.now() - began, words: words)
            throw SystemError(code: ETIMEDOUT, message: "not ended within \(patience): \(sofar)")
        }
        let elapsed = MonotonicTime.now() - began
        let status: Int32 =
            switch try child.waitForExit() {
            case .exited(let code): code
            case .signaled(let signal, _): 128 + signal
            }
        return try HobResult(status: status, out: text(out), err: text(err), elapsed: elapsed, words: words)
    }

    private func text(_ file: Descriptor) throws -> String {
        var bytes = [UInt8](repeating: 0, count: try FileStatus.of(file).size)
        _ = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension SpawnRequest {
    /// Runs as this user, with its namesake as the only group; nil changes nothing.
    mutating func become(_ user: UInt32?) {
        guard let user else { return }
        self.user = user
        group = user
        supplementaryGroups = []
    }
}
