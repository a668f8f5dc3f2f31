import Glibc
import HobSystem
import HobTestKit

extension StandIn {
    /// Starts the fixture in a mode; unless told otherwise, it dies with its stand-in.
    static func fixture(
        _ arguments: String..., changing change: (inout SpawnRequest) -> Void = { _ in }
    ) throws -> StandIn {
        var request = SpawnRequest(executable: FixtureProgram.path, arguments: arguments)
        request.environment = ["PATH=/usr/bin:/bin"]
        request.parentDeathSignal = SIGKILL
        change(&request)
        return try start(request)
    }

    /// The process, once it has reached its exec.
    func spawned() throws -> SpawnedProcess {
        guard let event = next(until: patience) else { throw SystemError(code: ETIMEDOUT, message: "no event") }
        guard case .spawned(let process) = event else {
            throw SystemError(code: ECHILD, message: "not spawned but \(event)")
        }
        return process
    }

    /// The last event, whatever comes before it.
    func last() throws -> StandInEvent {
        while let event = next(until: patience) {
            if case .spawned = event { continue }
            return event
        }
        throw SystemError(code: ETIMEDOUT, message: "no last event")
    }

    /// How the process ended.
    func ended() throws -> ExitStatus {
        guard case .ended(let status) = try last() else {
            throw SystemError(code: ECHILD, message: "its status was not told")
        }
        return status
    }
}

/// Kills a process that nobody else looks after, and waits until it is gone.
func end(_ process: SpawnedProcess?) {
    _ = try? process?.handle.signal(.kill)
    _ = process?.handle.waitForExit(until: patience)
}

/// How many threads this process has.
func threadCount() -> Int {
    (try? Descriptor.open("/proc/self/task", flags: [.readOnly, .directory]).names().count) ?? 0
}

/// How many descriptors this process has open, but for the one that looks.
func descriptorCount() -> Int {
    (try? Descriptor.open("/proc/self/fd", flags: [.readOnly, .directory]).names().count) ?? 0
}
