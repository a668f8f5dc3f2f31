import Glibc
import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// A project of one test: its directory, its runtime directory, and everything that runs in them.
///
/// However the test ends, `hob down` follows, and nothing of the project may be left then.
final class Sandbox {
    /// The directory of hob.yml, without links in its path.
    let path: String
    /// The runtime directory.
    let runtime: String
    /// The environment of every `hob` of this sandbox.
    var environment: [String]

    private let directory: TestDirectory
    private let user: UInt32?
    private let guardian: SpawnedProcess
    private let lifeline: Descriptor
    private var followers: [EventFollower] = []

    /// Makes a project, lets the test have it, and takes it down.
    ///
    /// - Parameter user: who owns the project and runs `hob` instead of the user of the tests; needs root.
    static func with(_ yml: String = "", user: UInt32? = nil, _ body: (Sandbox) throws -> Void) throws {
        try SandboxGate.pass {
            let sandbox = try Sandbox(yml, user)
            defer { sandbox.tearDown() }
            try body(sandbox)
        }
    }

    /// The same while no other sandbox exists: for tests whose subject is how fast something is.
    static func alone(_ yml: String = "", _ body: (Sandbox) throws -> Void) throws {
        try SandboxGate.pass(alone: true) {
            let sandbox = try Sandbox(yml, nil)
            defer { sandbox.tearDown() }
            try body(sandbox)
        }
    }

    private init(_ yml: String, _ user: UInt32?) throws {
        self.user = user
        directory = try TestDirectory("hob-accept", mode: 0o755)
        if let user { try directory.descriptor.changeOwner(user: user, group: user) }
        path = directory.path
        let name = path.split(separator: "/").last.map(String.init) ?? "hob-accept"
        runtime = "/dev/shm/\(name)"
        environment = [
            "PATH=/usr/local/bin:/usr/bin:/bin", "HOME=\(path)", "HOB_RUNTIME_DIR=\(runtime)",
            // Marks every process of the sandbox that keeps its environment, and bounds the life of a stray one.
            "HOB_SANDBOX=\(path)", "HOB_FIXTURE_LIFETIME=200",
        ]
        let (reading, writing) = try Descriptor.pipe()
        lifeline = writing
        guardian = try Self.startGuardian(path, runtime, environment, reading, user)
        if !yml.isEmpty { try write(yml) }
    }

    /// A shell that takes the project down when this process dies: what hobd starts is out of the test's own reach.
    private static func startGuardian(
        _ path: String, _ runtime: String, _ environment: [String], _ lifeline: Descriptor, _ user: UInt32?
    ) throws -> SpawnedProcess {
        let script = #"read _; timeout 30 "$1" down -C "$2" --force --timeout 10s; rm -rf "$2" "$3""#
        var request = SpawnRequest(
            "/bin/sh", ["-c", script, "guardian", FixtureProgram.path(of: "hob"), path, runtime])
        request.environment = environment
        request.directory = "/"
        request.descriptors = [DescriptorMapping(source: lifeline.raw, target: 0)]
        request.become(user)
        return try Spawner.shared.spawn(request)
    }

    // MARK: Files

    /// Writes hob.yml, or another file of the project.
    func write(_ text: String, to name: String = "hob.yml", mode: UInt32 = 0o644) throws {
        try directory.write(text, to: name, mode: mode)
    }

    /// Writes hob.yml byte for byte.
    func write(bytes: [UInt8]) throws {
        try Descriptor.open("hob.yml", in: directory.descriptor, flags: [.writeOnly, .create, .truncate]).writeAll(
            bytes)
    }

    /// The text of a file of the project; empty when it is not there.
    func read(_ name: String) -> String { directory.read(name) ?? "" }

    /// The lines of a file of the project.
    func lines(_ name: String) -> [String] { read(name).split(separator: "\n").map(String.init) }

    /// The absolute path of a file of the project.
    func file(_ name: String) -> String { directory.path(of: name) }

    /// The fixture daemon.
    var fixture: String { FixtureProgram.path }

    // MARK: The command

    /// Runs `hob` in the project's directory.
    @discardableResult
    func hob(_ words: String..., timeout: Duration = .seconds(60)) throws -> HobResult {
        try start(words).finish(within: timeout)
    }

    /// Runs `hob`, which must end with status 0.
    @discardableResult
    func succeed(
        _ words: String..., timeout: Duration = .seconds(60), at location: SourceLocation = #_sourceLocation
    ) throws -> HobResult {
        let result = try start(words).finish(within: timeout)
        try #require(
            result.status == 0, "\(result)\nhobd.log: \(read(".hob/state/hobd.log"))", sourceLocation: location)
        return result
    }

    /// Starts `hob` without waiting for it.
    func start(_ words: [String]) throws -> HobRun {
        try HobRun(words, in: path, environment: environment, user: user)
    }

    /// The states as `hob status --json` tells them.
    func statuses(_ names: String...) throws -> [InstanceStatus] {
        let result = try start(["status", "--json"] + names).finish()
        guard let elements = try JSONReader.read(result.out).elements else {
            throw SystemError(code: EINVAL, message: "no JSON array: \(result)")
        }
        return try elements.map { try InstanceStatus(json: $0) }
    }

    /// The state of one instance.
    func status(_ name: String) throws -> InstanceStatus {
        let all = try statuses(name)
        guard all.count == 1 else { throw SystemError(code: ENOENT, message: "\(all.count) instances are '\(name)'") }
        return all[0]
    }

    /// The main process of an instance, which must have one.
    func pid(_ name: String) throws -> Int32 {
        guard let pid = try status(name).pid else {
            throw SystemError(code: ESRCH, message: "'\(name)' has no process: \(try status(name))")
        }
        return pid
    }

    /// A process of the sandbox, held.
    func process(_ name: String) throws -> ProcessHandle { try ProcessHandle.open(pid: pid(name)) }

    /// Follows the events from the first one on.
    func follow() throws -> EventFollower {
        let follower = try EventFollower(in: path, environment: environment, user: user)
        followers.append(follower)
        return follower
    }

    /// The events so far.
    func events() throws -> [EventRecord] {
        let result = try start(["events", "--json"]).finish()
        return try result.out.split(separator: "\n").map { try EventRecord(json: JSONReader.read(String($0))) }
    }

    // MARK: The end

    private func tearDown() {
        followers = []
        if directory.read(".hob/id") != nil { takeDown() }
        _ = try? guardian.handle.signal(.kill)
        if guardian.handle.waitForExit(until: .now() + .seconds(10)) { _ = try? guardian.handle.reap() }
        lifeline.close()
        for survivor in SandboxProcesses.find(path: path, runtime: runtime) {
            Issue.record("left running: \(survivor)")
            survivor.kill()
        }
        rmdirRecursively(runtime)
    }

    private func takeDown() {
        do {
            let result = try start(["down", "--force", "--timeout", "30s"]).finish(within: .seconds(45))
            // 2 says that something had to be killed, which is what some tests are about.
            if result.status != 0, result.status != 2 { Issue.record("tear-down: \(result)") }
        } catch {
            Issue.record("tear-down: \(error)\nhobd.log: \(read(".hob/state/hobd.log"))")
        }
    }

    private func rmdirRecursively(_ path: String) {
        guard let opened = try? Descriptor.open(path, flags: [.readOnly, .directory, .noFollow]) else { return }
        for name in (try? opened.names()) ?? [] {
            if (try? FileStatus.of(name, in: opened).isDirectory) == true {
                rmdirRecursively("\(path)/\(name)")
            } else {
                _ = try? opened.remove(name)
            }
        }
        rmdir(path)
    }
}
