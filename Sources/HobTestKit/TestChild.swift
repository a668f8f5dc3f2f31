import Glibc
package import HobSystem

/// A child of a test: started with its output captured, and killed and reaped with this object or the test process.
package final class TestChild: Sendable {
    /// The process.
    package let process: SpawnedProcess
    /// Reading end of its stdout and stderr; -1 when they are the caller's business.
    package let output: Descriptor

    /// The child's number.
    package var pid: Int32 { process.pid }

    /// Starts a request; 1 and 2 go to a pipe unless it maps them itself.
    package init(_ request: SpawnRequest, on spawner: Spawner = .shared) throws {
        var request = request
        request.parentDeathSignal = SIGKILL
        if request.environment.isEmpty { request.environment = ["PATH=/usr/bin:/bin"] }
        let pipe = try Descriptor.pipe()
        for target: Int32 in 1...2 where !request.descriptors.contains(where: { $0.target == target }) {
            request.descriptors.append(DescriptorMapping(source: pipe.write.raw, target: target))
        }
        process = try spawner.spawn(request)
        output = pipe.read
    }

    /// Starts the fixture in a mode.
    package convenience init(
        fixture arguments: String..., changing change: (inout SpawnRequest) -> Void = { _ in }
    ) throws {
        var request = SpawnRequest(executable: FixtureProgram.path, arguments: arguments)
        change(&request)
        try self.init(request)
    }

    deinit {
        _ = try? process.handle.signal(.kill)
        if process.handle.waitForExit(until: MonotonicTime.now() + .seconds(10)) { _ = try? process.handle.reap() }
    }

    /// Waits for the end and reaps it.
    package func waitForExit(within patience: Duration = .seconds(30)) throws -> ExitStatus {
        guard process.handle.waitForExit(until: MonotonicTime.now() + patience),
            let status = try process.handle.reap()
        else { throw SystemError(code: ETIMEDOUT, message: "process \(pid) did not end within \(patience)") }
        return status
    }

    /// Everything it writes until all writers are gone.
    package func readToEnd(within patience: Duration = .seconds(30)) throws -> String {
        let (bytes, isComplete) = try read(within: patience) { _ in false }
        guard isComplete else {
            throw SystemError(code: ETIMEDOUT, message: "process \(pid) kept its output open for \(patience)")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Waits until it has written this text; answers all it has written till then.
    @discardableResult
    package func waitForOutput(_ text: String, within patience: Duration = .seconds(30)) throws -> String {
        let (bytes, _) = try read(within: patience) { String(decoding: $0, as: UTF8.self).contains(text) }
        let written = String(decoding: bytes, as: UTF8.self)
        guard written.contains(text) else {
            throw SystemError(code: ETIMEDOUT, message: "process \(pid) wrote \"\(written)\", not \"\(text)\"")
        }
        return written
    }

    private func read(
        within patience: Duration, until isEnough: ([UInt8]) -> Bool
    ) throws -> (bytes: [UInt8], sawEnd: Bool) {
        let deadline = MonotonicTime.now() + patience
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while !isEnough(bytes) {
            guard output.waitReadable(until: deadline) else { return (bytes, false) }
            let count = try chunk.withUnsafeMutableBytes { buffer in try output.read(into: buffer) ?? 0 }
            if count == 0 { return (bytes, true) }
            bytes += chunk[..<count]
        }
        return (bytes, false)
    }
}
