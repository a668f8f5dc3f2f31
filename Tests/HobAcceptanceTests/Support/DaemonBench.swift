import Glibc
import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// A directory with an echo server that `hob control` starts and stops; however the test ends, nothing of it is left.
final class DaemonBench {
    private let directory: TestDirectory
    private let environment: [String]

    /// - Parameters:
    ///   - arguments: Further options of the fixture.
    ///   - lines: Further lines of its file, `echo.yml`.
    init(_ arguments: [String] = [], _ lines: String = "") throws {
        directory = try TestDirectory("hob-accept-control", mode: 0o755)
        environment = ["PATH=/usr/local/bin:/usr/bin:/bin", "HOME=\(directory.path)", "HOB_FIXTURE_LIFETIME=200"]
        let words =
            [
                FixtureProgram.path, "echo-server", "-C", ".", "-P", "echo.pid", "-l", "echo.log", "--unix", "socket",
                "--spawn-counter", "starts",
            ] + arguments
        try write(
            """
            command: [\(words.map { "\"\($0)\"" }.joined(separator: ", "))]
            pid_file: echo.pid
            log_file: echo.log
            ping: { unix: socket }
            \(lines)
            """, to: "echo.yml")
    }

    deinit {
        for pid in processes { _ = try? ProcessHandle.open(pid: pid).signal(.kill) }
    }

    /// Its directory.
    var path: String { directory.path }

    /// Writes a file of the directory.
    func write(_ text: String, to name: String) throws { try directory.write(text, to: name) }

    /// The text of a file of the directory; nil when it is not there.
    func read(_ name: String) -> String? { directory.read(name) }

    /// How often the start command was run.
    var starts: Int { (read("starts") ?? "").split(separator: "\n").count }

    /// All living processes of the daemon, found by its mark.
    var processes: [Int32] {
        guard let status = try? FileStatus.of(directory.path(of: "echo.pid.lock")) else { return [] }
        let token = "\(String(status.device, radix: 16)).\(String(status.inode, radix: 16))"
        return ProcessMark(
            token: token, lockFile: .init(device: status.device, inode: status.inode), tag: ProcessMark.tag(for: token)
        ).holders()
    }

    /// The pid in the pid file.
    func pid() throws -> Int32 {
        guard let text = read("echo.pid"), let pid = Int32(text.prefix { $0.isNumber }) else {
            throw SystemError(code: ENOENT, message: "no pid in the pid file")
        }
        return pid
    }

    // MARK: The command

    /// Runs `hob control -f echo.yml VERB …` to its end.
    @discardableResult
    func control(_ words: String..., user: UInt32? = nil) throws -> HobResult {
        try begin(words, user: user).finish()
    }

    /// The same, which must end with status 0.
    @discardableResult
    func succeed(_ words: String..., at location: SourceLocation = #_sourceLocation) throws -> HobResult {
        let result = try begin(words).finish()
        try #require(result.status == 0, "\(result)", sourceLocation: location)
        return result
    }

    /// Starts it without waiting for it.
    func begin(_ words: [String], user: UInt32? = nil) throws -> HobRun {
        try HobRun(["control", "-f", "echo.yml"] + words, in: path, environment: environment, user: user)
    }

    /// Runs `hob control` with these words only.
    func hob(_ words: String...) throws -> HobResult {
        try HobRun(["control"] + words, in: path, environment: environment).finish()
    }

    /// Runs `hob control connect` between an input and a memory file; answers its status and what came out.
    func connect(_ input: Descriptor) throws -> (status: HobSystem.ExitStatus, output: [UInt8]) {
        let output = try Descriptor.memory(named: "output")
        var request = SpawnRequest(
            executable: FixtureProgram.path(of: "hob"), arguments: ["control", "-f", "echo.yml", "connect"])
        request.directory = path
        request.environment = environment
        request.descriptors = [
            DescriptorMapping(source: input.raw, target: 0), DescriptorMapping(source: output.raw, target: 1),
        ]
        let child = try TestChild(request)
        let status = try child.waitForExit(within: .seconds(60))
        var bytes = [UInt8](repeating: 0, count: try FileStatus.of(output).size)
        _ = try bytes.withUnsafeMutableBytes { try output.read(into: $0, at: 0) }
        return (status, bytes)
    }

    /// Waits until a file of the directory holds a text.
    func wait(for name: String, toHold text: String = "", within patience: Duration = .seconds(30)) throws {
        let deadline = MonotonicTime.now() + patience
        // A look now and then: whether and when the file is made is the daemon's business.
        while !(read(name)?.contains(text) ?? false) && !(text.isEmpty && read(name) != nil) {
            guard MonotonicTime.now() < deadline else {
                throw SystemError(code: ETIMEDOUT, message: "\(name) does not hold \"\(text)\" after \(patience)")
            }
            usleep(5_000)
        }
    }
}
