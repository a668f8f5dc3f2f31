import Glibc
import HobClient
import HobProtocol
import HobSystem
import HobTestKit
import Testing

/// A sandbox whose hobd fails the system calls that a file names, while its clients look on.
final class FaultBench {
    let sandbox: Sandbox
    private(set) var connection: SupervisorConnection
    /// The supervisor's pid, which must stay the same.
    let pid: Int32
    private let definitions: [JSONValue]
    /// How long each answer to `status` took, since the last time this was emptied.
    var latencies: [Duration] = []

    /// Services of every kind that the loop has something to do for.
    static func services(fixture: String, port: UInt16) -> String {
        """
        x-restart: &quick { delay: 20ms..100ms, reset: 1s }
        services:
          talker:
            command: "while :; do echo tick; sleep 0.1; done"
            shell: true
            restart: *quick
            stop: [TERM 300ms, KILL]
            before_start: { command: "true", timeout: 5s }
          notifier:
            command: \(fixture) notify --watchdog
            ready: { notify: true, timeout: 3s }
            watchdog: 2s
            restart: *quick
            stop: [TERM 300ms, KILL]
          asker:
            command: sleep 1000
            ready: { exec: "true", timeout: 3s }
            restart: *quick
            stop: [TERM 300ms, KILL]
          liner:
            command: "echo here I am; sleep 1000"
            shell: true
            ready: { log: "here I am", timeout: 3s }
            restart: *quick
            stop: [TERM 300ms, KILL]
          wirer:
            command: \(fixture) notify-fd 3
            ready: { fd: 3, timeout: 3s }
            restart: *quick
            stop: [TERM 300ms, KILL]
          flooder:
            command: \(fixture) flood --lines 200 --bytes 100 --stay
            restart: *quick
            stop: [TERM 300ms, KILL]
            log: { rotate: 5kB, keep: 2, compress: true }
          extra:
            command: \(fixture) tcp-server --port \(port)
            ready: { tcp: "127.0.0.1:\(port)", timeout: 3s }
            restart: *quick
            stop: [TERM 300ms, KILL]
        """
    }

    /// Makes a project whose supervisor is up and reads its faults from a file, and lets the test have it.
    ///
    /// - Parameters:
    ///   - yml: the project; a service of each kind when nil.
    ///   - launch: shell words before hobd's own, such as `ulimit -n 128; exec`.
    ///   - names: the services to bring up; all when empty.
    static func with(
        _ yml: ((Sandbox) throws -> String)? = nil, launch: ((Sandbox) -> String)? = nil, user: UInt32? = nil,
        up names: [String] = [],
        _ body: (FaultBench) throws -> Void
    ) throws {
        try Sandbox.with(user: user) { sandbox in
            try sandbox.write(
                yml?(sandbox) ?? services(fixture: sandbox.fixture, port: LoopbackPort.free()))
            try install(in: sandbox, launch: launch?(sandbox) ?? "exec")
            let result = try sandbox.start(["up", "-d"] + names).finish()
            try #require(result.status == 0, "\(result)")
            let bench = try FaultBench(sandbox)
            // Whatever a test leaves armed would be in the way of taking everything down.
            defer { try? bench.lift() }
            try body(bench)
        }
    }

    /// Has `hob` start hobd by way of a shell.
    static func install(in sandbox: Sandbox, launch: String) throws {
        try sandbox.write("", to: "faults", mode: 0o644)
        try sandbox.write(
            "#!/bin/sh\n\(launch) '\(FixtureProgram.path(of: "hobd"))' \"$@\" --faults '@\(sandbox.file("faults"))'\n",
            to: "hobd-here", mode: 0o755)
        sandbox.environment.append("HOB_HOBD=\(sandbox.file("hobd-here"))")
    }

    init(_ sandbox: Sandbox) throws {
        self.sandbox = sandbox
        connection = try Self.connect(sandbox)
        pid = connection.greeting.pid
        definitions = try sandbox.lines(".hob/state/applied").map { (line) throws(JSONError) in
            try JSONReader.read(line)
        }
    }

    /// Applies the definitions again, with or without the last one.
    func apply(withoutLast: Bool) throws {
        let lines = withoutLast ? definitions.dropLast() : definitions
        var request = Request(id: connection.makeRequestID(), verb: .apply)
        request.count = lines.count
        request.up = true
        do { try connection.send(request, following: lines) } catch { connection = try Self.connect(sandbox) }
    }

    /// A client comes, is greeted, and goes.
    func visit() {
        guard let directory = try? Descriptor.open(sandbox.runtime, flags: [.readOnly, .directory]) else { return }
        _ = try? SupervisorConnection.open(in: directory, until: .now() + .milliseconds(20))
    }

    /// One more connection.
    static func connect(_ sandbox: Sandbox) throws -> SupervisorConnection {
        let deadline = MonotonicTime.now() + .seconds(10)
        while true {
            do {
                return try SupervisorConnection.open(
                    in: Descriptor.open(sandbox.runtime, flags: [.readOnly, .directory]))
            } catch let error as ClientError where error.code == .connectionLost {
                // A fault has met the greeting.
                guard MonotonicTime.now() < deadline else { throw error }
                usleep(20_000)
            }
        }
    }

    // MARK: Faults

    /// From now on these calls fail.
    func arm(_ plan: String) throws {
        try sandbox.write(plan, to: "faults")
        _ = try ProcessHandle.open(pid: pid).signal(.user2)
        // The signal and a request may arrive in one wake-up, in any order: the second answer comes after both.
        for _ in 0..<2 { _ = try? statuses() }
    }

    /// Nothing fails any more.
    func lift() throws { try arm("") }

    /// Which calls each thread made since `arm("census")`.
    func census() throws -> [String] {
        try lift()
        let deadline = MonotonicTime.now() + .seconds(10)
        while sandbox.lines("faults.census").isEmpty {
            guard MonotonicTime.now() < deadline else { throw SystemError(code: ETIMEDOUT, message: "no census") }
            usleep(5_000)
        }
        return sandbox.lines("faults.census").compactMap { $0.split(separator: " ").first.map(String.init) }
    }

    // MARK: Talking

    /// The states, over the connection that is open; opened anew when a fault has cost it.
    func statuses() throws -> [InstanceStatus] {
        let began = MonotonicTime.now()
        var found: [InstanceStatus] = []
        do {
            _ = try connection.perform(
                Request(id: connection.makeRequestID(), verb: .status), until: .now() + .seconds(5)
            ) { body in
                if case .status(let status) = body { found.append(status) }
            }
        } catch let error as ClientError where error.code == .connectionLost {
            connection = try Self.connect(sandbox)
            try #require(connection.greeting.pid == pid, "hobd has died")
            return try statuses()
        }
        latencies.append(MonotonicTime.now() - began)
        return found
    }

    /// Gives an order without waiting for what comes of it.
    func order(_ verb: Request.Verb, _ targets: String..., change: (inout Request) -> Void = { _ in }) throws {
        var request = Request(id: connection.makeRequestID(), verb: verb, targets: targets)
        change(&request)
        do { try connection.send(request) } catch { connection = try Self.connect(sandbox) }
    }

    /// Waits until the states are as wanted, and answers them.
    @discardableResult
    func wait(
        _ what: String, within patience: Duration = .seconds(20), _ isMeant: ([InstanceStatus]) -> Bool
    ) throws -> [InstanceStatus] {
        let deadline = MonotonicTime.now() + patience
        while true {
            let found = try statuses()
            if isMeant(found) { return found }
            guard MonotonicTime.now() < deadline else {
                let text = found.map(\.json.line).joined(separator: "\n")
                throw SystemError(
                    code: ETIMEDOUT,
                    message:
                        "\(what): not within \(patience):\n\(text)\n\(sandbox.read(".hob/state/hobd.log").suffix(3_000))"
                )
            }
            usleep(10_000)
        }
    }

    /// Waits until all is up and logged.
    func waitUntilWell(_ what: String) throws {
        try wait(what) { statuses in statuses.allSatisfy { $0.state.isUp && $0.logTrouble == nil } }
    }

    // MARK: Looking at hobd

    /// The count once it is not above another one, or after a while: a helper may be about to end.
    func settledDescriptorCount(_ baseline: Int) throws -> Int {
        let deadline = MonotonicTime.now() + .seconds(5)
        while true {
            let count = try descriptorCount()
            if count <= baseline || MonotonicTime.now() >= deadline { return count }
            usleep(20_000)
        }
    }

    /// How many descriptors hobd has, but for log files, which are closed when they were not used for long.
    func descriptorCount() throws -> Int {
        let logs = sandbox.file(".hob/logs")
        return try Descriptor.open("/proc/\(pid)/fd", flags: [.readOnly, .directory]).names().count { name in
            var buffer = [CChar](repeating: 0, count: 4_096)
            let count = readlink("/proc/\(pid)/fd/\(name)", &buffer, buffer.count)
            let link = String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return count > 0 && !(link.hasPrefix(logs + "/"))
        }
    }

    /// The processor time that hobd has used.
    func processorTime() throws -> Duration {
        let text = try String(
            decoding: Descriptor.open("/proc/\(pid)/stat", flags: [.readOnly]).readAll(limit: 4_096), as: UTF8.self)
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Int64(fields[11]), let system = Int64(fields[12]) else {
            throw SystemError(code: EINVAL, message: "no times in \(text)")
        }
        return .milliseconds((user + system) * 1_000 / Int64(sysconf(Int32(_SC_CLK_TCK))))
    }
}
