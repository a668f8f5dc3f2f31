import Glibc
import HobProtocol
package import HobSystem

/// Finds a scope's supervisor, and starts it where there is none.
package struct SupervisorLauncher: Sendable {
    /// The exit code with which hobd says that another one has the scope.
    package static let alreadyRunning: Int32 = 73

    /// The scope.
    package let scope: Scope
    /// The hobd to start.
    package let executable: String
    /// The environment it gets.
    package let environment: [String: String]

    /// Makes a launcher; the environment's `HOB_HOBD` names another hobd than the one beside `hob`.
    package init(_ scope: Scope, environment: [String: String]) {
        self.scope = scope
        self.environment = environment
        executable = Self.findExecutable(environment)
    }

    /// The same launcher for a project whose file gives it a name; nil keeps the directory's.
    package func named(_ name: String?) -> SupervisorLauncher {
        guard let name else { return self }
        return SupervisorLauncher(scope: scope.named(name), executable: executable, environment: environment)
    }

    private init(scope: Scope, executable: String, environment: [String: String]) {
        self.scope = scope
        self.executable = executable
        self.environment = environment
    }

    /// Connects to the supervisor that runs; nil when there is none.
    package func connect() throws(ClientError) -> SupervisorConnection? {
        guard let directory = try runningDirectory() else { return nil }
        return try Self.connection(in: directory)
    }

    /// Connects to the supervisor, which must run.
    package func require() throws(ClientError) -> SupervisorConnection {
        if let connection = try connect() { return connection }
        let remedy = scope.kind == .system ? "start it with 'hob supervise'" : "start it with 'hob up'"
        throw ClientError(.noSupervisor, "no supervisor is running for \(scope.directory): \(remedy)")
    }

    /// Connects once more after the connection was lost: the supervisor may be on its way back.
    ///
    /// Throws when nobody answers until the deadline.
    package func reconnect(until deadline: MonotonicTime) throws(ClientError) -> SupervisorConnection {
        while true {
            do throws(ClientError) {
                return try require()
            } catch {
                let mayCome = [.noSupervisor, .connectionLost].contains(error.code)
                guard mayCome, MonotonicTime.now() < deadline else { throw error }
                // Nothing announces a supervisor that both of whose processes were killed.
                usleep(10_000)
            }
        }
    }

    /// Connects to the supervisor, or starts one; at most one of many callers does.
    ///
    /// - Parameter restoring: whether a fresh supervisor starts what the stored definitions want up.
    package func connectOrLaunch(
        restoring: Bool = false, until deadline: MonotonicTime = .now() + .seconds(30)
    ) throws(ClientError) -> (connection: SupervisorConnection, launched: Bool) {
        while true {
            if let connection = try connect() { return (connection, false) }
            let home = try ScopeHome.prepare(scope)
            let lock = try home.lockForLaunch(until: deadline)
            defer { withExtendedLifetime(lock) {} }
            // Whoever had the lock before may have launched it.
            if let connection = try connect() { return (connection, false) }
            let directory = try prepareRuntime(home)
            let launched = try launch(in: directory, restoring: restoring, until: deadline)
            if launched { return (try SupervisorConnection.open(in: directory.descriptor, until: deadline), true) }
            // The one that has the scope is either about to listen or about to go; both take a moment only.
            guard MonotonicTime.now() < deadline else {
                throw ClientError(
                    .timedOut,
                    "a supervisor has \(scope.directory) but does not listen; see \(scope.stateDirectory)/hobd.log")
            }
            usleep(10_000)
        }
    }

    /// The words after `hobd` for this scope.
    package func arguments(runtime: String, restoring: Bool, readyDescriptor: Int32?) -> [String] {
        var words = [
            "--runtime", runtime, "--state", scope.stateDirectory, "--logs", scope.logsDirectory, "--name", scope.name,
        ]
        if let readyDescriptor { words += ["--ready-fd", String(readyDescriptor)] }
        if restoring { words.append("--start") }
        return words
    }

    /// Chooses and makes the runtime directory, and notes it in the scope.
    package func prepareRuntime(_ home: ScopeHome) throws(ClientError) -> RuntimeDirectory {
        var directory = try makeRuntime(home)
        if scope.runtimeOverride == nil, home.isCopy(ofOwnerOf: directory.descriptor) {
            try home.forgetIdentity()
            directory = try makeRuntime(home)
        }
        try home.claim(directory.descriptor)
        try home.storeRuntimePointer(directory.path)
        return directory
    }

    private func makeRuntime(_ home: ScopeHome) throws(ClientError) -> RuntimeDirectory {
        let id = try home.identifier()
        do throws(SystemError) {
            return try RuntimeDirectory.prepare(
                id: id, override: scope.runtimeOverride, runtimeDirectoryVariable: scope.runtimeVariable)
        } catch {
            let code: ClientError.Code = error.code == EPERM || error.code == EACCES ? .notPermitted : .launchFailed
            throw ClientError(code, error.message, cause: error)
        }
    }

    /// The runtime directory of the supervisor that runs, or ran last.
    private func runningDirectory() throws(ClientError) -> Descriptor? {
        var path = scope.runtimeOverride
        var home: ScopeHome?
        if path == nil {
            do throws(ClientError) {
                home = try ScopeHome.open(scope)
                path = home?.runtimePointer()
            } catch {
                // The system's state directory is root's; its socket may be open to a group all the same.
                guard scope.kind == .system else { throw error }
                path = "/run/hob/system"
            }
        }
        guard let path else { return nil }
        do throws(SystemError) {
            let directory = try Descriptor.open(path, flags: [.readOnly, .directory, .noFollow])
            let owner = try FileStatus.of(directory).user
            guard owner == geteuid() || (scope.kind == .system && owner == 0) else {
                throw SystemError(code: EPERM, message: "\(path) belongs to user \(owner): remove it or ask that user")
            }
            return home?.isCopy(ofOwnerOf: directory) == true ? nil : directory
        } catch {
            if error.code == ENOENT || error.code == ENOTDIR { return nil }
            let code: ClientError.Code = error.code == EACCES || error.code == EPERM ? .notPermitted : .badScope
            throw ClientError(code, error.message, cause: error)
        }
    }

    private static func connection(in directory: Descriptor) throws(ClientError) -> SupervisorConnection? {
        do throws(ClientError) {
            return try SupervisorConnection.open(in: directory)
        } catch {
            // One that closes without a greeting is on its way out.
            if error.code == .noSupervisor || error.code == .connectionLost { return nil }
            throw error
        }
    }

    /// Starts hobd and waits for its word; false when another one turned out to be faster.
    private func launch(in directory: RuntimeDirectory, restoring: Bool, until deadline: MonotonicTime)
        throws(ClientError) -> Bool
    {
        let log = "\(scope.stateDirectory)/hobd.log"
        do {
            let output = try Descriptor.open(log, flags: [.writeOnly, .create, .append, .noFollow], mode: 0o600)
            let pipe = try Descriptor.pipe()
            var request = SpawnRequest(
                executable, arguments(runtime: directory.path, restoring: restoring, readyDescriptor: 3))
            request.environment = environment.map { "\($0.key)=\($0.value)" }.sorted()
            // It outlives this terminal, and must not pin a file system by standing in it.
            request.session = .newSession
            request.directory = "/"
            request.descriptors = [
                DescriptorMapping(source: output.raw, target: 1), DescriptorMapping(source: output.raw, target: 2),
                DescriptorMapping(source: pipe.write.raw, target: 3),
            ]
            let process = try spawn(request)
            pipe.write.close()
            return try wait(for: process.handle, saying: pipe.read, log: log, until: deadline)
        } catch let error as ClientError {
            throw error
        } catch let error as SystemError where error.code == EACCES || error.code == EPERM {
            throw ClientError(.notPermitted, "cannot start the supervisor: \(error.message)", cause: error)
        } catch {
            throw ClientError(.launchFailed, "cannot start the supervisor: \(error)", cause: error)
        }
    }

    private func wait(
        for process: ProcessHandle, saying pipe: Descriptor, log: String, until deadline: MonotonicTime
    ) throws -> Bool {
        var said: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while !said.contains(0x0A) {
            guard pipe.waitReadable(until: deadline) else {
                Self.reapLater(process)
                throw ClientError(
                    .timedOut, "hobd (pid \(process.pid)) started but does not say that it is ready; see \(log)")
            }
            let count = try chunk.withUnsafeMutableBytes { try pipe.read(into: $0) } ?? 0
            if count == 0 || said.count > 65_536 { break }
            said += chunk[..<count]
        }
        let word = String(decoding: said.prefix { $0 != 0x0A }, as: UTF8.self)
        if word == "ready" {
            Self.reapLater(process)
            return true
        }
        // It says no more or an error: its end is near, and tells which.
        let ended = process.waitForExit(until: deadline)
        let status = ended ? try process.reap() : nil
        if status == .exited(code: Self.alreadyRunning) { return false }
        if word.hasPrefix("error: ") {
            throw ClientError(.launchFailed, "the supervisor did not start: \(word.dropFirst(7))")
        }
        let tail = lastLines(of: log).map { "\n  " + $0 }.joined()
        throw ClientError(
            .launchFailed,
            "the supervisor did not start: hobd \(status.map { "\($0)" } ?? "says nothing"); see \(log)\(tail)")
    }

    /// A caller that lives longer than its hobd must not keep it as a zombie.
    private static func reapLater(_ process: ProcessHandle) {
        // Without a thread it stays one until the caller ends, which harms nobody.
        try? Thread.start(name: "hobd-reaper", stack: 64 * 1_024) {
            _ = process.waitForExit()
            _ = try? process.reap()
        }
    }

    private func lastLines(of log: String) -> [String] {
        guard let file = try? Descriptor.open(log), let size = try? FileStatus.of(file).size else { return [] }
        var bytes = [UInt8](repeating: 0, count: min(size, 2_048))
        let count = bytes.withUnsafeMutableBytes { (try? file.read(into: $0, at: max(0, size - 2_048))) ?? 0 }
        return String(decoding: bytes[..<count], as: UTF8.self).split(separator: "\n").suffix(5).map(String.init)
    }

    private static func findExecutable(_ environment: [String: String]) -> String {
        if let named = environment["HOB_HOBD"], !named.isEmpty { return named }
        return OwnExecutable.sibling("hobd") ?? "hobd"
    }
}
