import Glibc
import HobSystem
import HobTestKit

/// A real keeper whose supervisor is `hob-fixture obey`: it does what it is told and reports.
///
/// Nothing of it outlives this object: the keeper goes first, as it would start another supervisor.
final class KeptSupervisor {
    let directory: TestDirectory
    private let commands: Descriptor
    private let reports: Descriptor
    private let keeper: TestChild
    private var handles: [ProcessHandle] = []
    private var unread = ""
    /// Every report so far.
    private(set) var seen: [String] = []

    /// The keeper's pid.
    var pid: Int32 { keeper.pid }
    /// What the keeper writes to stderr.
    var output: Descriptor { keeper.output }

    /// Starts `hob-fixture --keeper WORDS obey DIRECTORY MORE`.
    init(
        _ words: [String] = [], more: [String] = [], anybody: Bool = false,
        changing change: (inout SpawnRequest) -> Void = { _ in }
    ) throws {
        directory = try Self.prepare(anybody: anybody)
        commands = try Self.openFIFO("commands", in: directory)
        reports = try Self.openFIFO("reports", in: directory)
        var request = SpawnRequest(
            executable: FixtureProgram.path, arguments: ["--keeper"] + words + ["obey", directory.path] + more)
        request.environment = ["PATH=/usr/bin:/bin", "HOB_FIXTURE_LIFETIME=90"]
        change(&request)
        keeper = try TestChild(request)
    }

    deinit {
        _ = try? keeper.process.handle.signal(.kill)
        _ = keeper.process.handle.waitForExit(until: .now() + .seconds(10))
        for handle in handles { _ = try? handle.signal(.kill) }
        // One that began while the keeper was on its way out ends by itself: it sees that the keeper is gone.
    }

    /// A directory with the two FIFOs.
    static func prepare(anybody: Bool = false) throws -> TestDirectory {
        let directory = try TestDirectory("hob-keeper", mode: anybody ? 0o777 : 0o700)
        for name in ["commands", "reports"] {
            _ = try FIFO.make(at: name, in: directory.descriptor)
            guard chmod(directory.path(of: name), 0o666) == 0 else { throw SystemError.file("open up", name, errno) }
        }
        return directory
    }

    /// Neither end ever sees an end of file.
    static func openFIFO(_ name: String, in directory: TestDirectory) throws -> Descriptor {
        try Descriptor.open(name, in: directory.descriptor, flags: [.readWrite, .nonBlocking])
    }

    // MARK: Talking

    /// Gives the supervisor an order.
    func tell(_ order: String) throws { try commands.writeAll(order + "\n") }

    /// The words of the next report that begins so; others before it are passed over.
    @discardableResult
    func next(_ prefix: String, within patience: Duration = .seconds(30)) throws -> String {
        let deadline = MonotonicTime.now() + patience
        while true {
            if let line = takeLine() {
                seen.append(line)
                if line.hasPrefix(prefix) { return line }
                continue
            }
            guard reports.waitReadable(until: deadline) else {
                throw SystemError(code: ETIMEDOUT, message: "no report '\(prefix)' within \(patience); seen: \(seen)")
            }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = try chunk.withUnsafeMutableBytes { try reports.read(into: $0) ?? 0 }
            unread += String(decoding: chunk[..<count], as: UTF8.self)
        }
    }

    /// Gives an order and waits for its report.
    @discardableResult
    func ask(_ order: String, _ prefix: String) throws -> String {
        try tell(order)
        return try next(prefix)
    }

    private func takeLine() -> String? {
        guard let end = unread.firstIndex(of: "\n") else { return nil }
        defer { unread = String(unread[unread.index(after: end)...]) }
        return String(unread[..<end])
    }

    // MARK: Lives

    /// What a supervisor said at its beginning.
    struct Life {
        private var facts: [String: String] = [:]
        init(_ line: String) {
            for word in line.split(separator: " ").dropFirst() {
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                if parts.count == 2 { facts[parts[0]] = parts[1] }
            }
        }
        subscript(_ fact: String) -> String { facts[fact] ?? "" }
        var pid: Int32 { Int32(self["pid"]) ?? -1 }
    }

    /// Waits for the beginning of the next life.
    func nextLife() throws -> Life {
        let life = Life(try next("started "))
        // In a PID namespace of its own its number is another one here.
        if life["keeper"] != "1", let handle = try? ProcessHandle.open(pid: life.pid) { handles.append(handle) }
        return life
    }

    /// Waits for the first life, which says that it is ready.
    func begin() throws -> Life {
        let life = try nextLife()
        try tell("ready")
        // The answer comes after the keeper has heard it.
        try ask("any", "any")
        return life
    }

    /// Lets the supervisor kill itself with -9 and waits for the next one.
    func dieAndReturn() throws -> Life {
        try tell("end 137")
        return try nextLife()
    }

    /// Starts a child of the supervisor.
    func spawn(_ words: String) throws -> ProcessHandle {
        let report = try ask("spawn \(words)", "spawned ")
        let handle = try ProcessHandle.open(pid: Int32(report.dropFirst(8)) ?? -1)
        handles.append(handle)
        return handle
    }

    // MARK: The keeper

    func signalKeeper(_ signal: SignalNumber) throws { try keeper.process.handle.signal(signal) }

    func keeperExit() throws -> ExitStatus { try keeper.waitForExit() }

    func waitForOutput(_ text: String) throws { try keeper.waitForOutput(text) }

    /// How often the keeper has gone to sleep.
    func switches() throws -> Int {
        let status = String(
            decoding: try Descriptor.open("/proc/\(pid)/status").readAll(limit: 65_536), as: UTF8.self)
        let line = status.split(separator: "\n").first { $0.hasPrefix("voluntary_ctxt_switches:") }
        return line.flatMap { Int($0.split(whereSeparator: \.isWhitespace).last ?? "") } ?? -1
    }

    /// The same, once it has dealt with what came before, and has given back memory a second after that.
    func switchesAtRest() throws -> Int {
        let deadline = MonotonicTime.now() + .seconds(10)
        var last = -1
        while MonotonicTime.now() < deadline {
            let now = try switches()
            if now == last { return now }
            last = now
            usleep(1_500_000)
        }
        throw SystemError(code: ETIMEDOUT, message: "the keeper does not come to rest")
    }
}
