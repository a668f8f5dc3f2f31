import Glibc
import HobPolicy
import HobSystem

/// A connection that a worker has accepted; it is closed when it is let go of.
///
/// For one task at a time. A server on another library takes the socket by ``takeDescriptor()``.
public final class WorkerConnection: Sendable {
    /// So often a socket is looked at, with a yield of the processor between, before its reader pays for a wait of two
    /// thread switches: in a lively conversation the next line is microseconds away.
    private static let mostLooks = 4

    private let socket: Descriptor
    private let work: WorkLoop

    init(_ socket: Descriptor, on work: WorkLoop) {
        self.socket = socket
        self.work = work
    }

    /// Gives the non-blocking socket away: it is the caller's to close from now on.
    public func takeDescriptor() -> Int32 { socket.release() }

    /// Waits for bytes of the other side.
    ///
    /// - Parameters:
    ///   - count: how many at most.
    ///   - patience: how long to wait; a minute unless told otherwise.
    /// - Returns: what has come; nothing at the end.
    /// - Throws: ``WorkerContextError`` when the connection breaks or nothing comes in time; `CancellationError` when the
    ///   task is cancelled.
    public func read(upTo count: Int = 65_536, within patience: Duration = .seconds(60)) async throws -> [UInt8] {
        let deadline = MonotonicTime.now() + patience
        var looks = 0
        while true {
            let bytes = try guarded { () throws(SystemError) -> [UInt8]? in
                var failure: SystemError?
                var isEmpty = false
                let bytes = [UInt8](unsafeUninitializedCapacity: max(1, count)) { space, filled in
                    do throws(SystemError) {
                        let read = try socket.read(into: UnsafeMutableRawBufferPointer(space))
                        filled = read ?? 0
                        isEmpty = read == nil
                    } catch { failure = error }
                }
                if let failure { throw failure }
                return isEmpty ? nil : bytes
            }
            if let bytes { return bytes }
            looks += 1
            if looks % Self.mostLooks != 0 {
                sched_yield()
                continue
            }
            try await wait(for: .read, until: deadline, patience)
        }
    }

    /// Writes all bytes; waits while the other side does not take them.
    ///
    /// - Parameters:
    ///   - bytes: what to write.
    ///   - patience: how long to wait for each time that the other side takes some; a minute unless told otherwise.
    /// - Throws: ``WorkerContextError`` when the connection breaks or nothing is taken in time; `CancellationError` when
    ///   the task is cancelled.
    public func write(_ bytes: [UInt8], within patience: Duration = .seconds(60)) async throws {
        var done = 0
        while done < bytes.count {
            let count = try guarded { () throws(SystemError) -> Int? in
                var failure: SystemError?
                let count = bytes.withUnsafeBytes { buffer -> Int? in
                    do throws(SystemError) {
                        return try socket.write(UnsafeRawBufferPointer(rebasing: buffer[done...]))
                    } catch {
                        failure = error
                        return nil
                    }
                }
                if let failure { throw failure }
                return count
            }
            if let count { done += count } else { try await wait(for: .write, until: .now() + patience, patience) }
        }
    }

    /// Closes it.
    public func close() { socket.close() }

    private func guarded<Answer>(_ body: () throws(SystemError) -> Answer) throws(WorkerContextError) -> Answer {
        do throws(SystemError) { return try body() } catch {
            throw WorkerContextError(.connectionFailed, error.message, cause: error)
        }
    }

    private func wait(for events: IOEvents, until deadline: MonotonicTime, _ patience: Duration) async throws {
        try Task.checkCancellation()
        let wait = LoopBound(ReadinessWait())
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                work.post { [socket] loop in
                    wait.value.begin(socket, events, until: deadline, on: loop) { continuation.resume(returning: $0) }
                }
            }
        } onCancel: {
            work.post { _ in wait.value.end(.cancelled) }
        }
        switch outcome {
        case .ready: return
        case .cancelled: throw CancellationError()
        case .timedOut:
            throw WorkerContextError(
                .timedOut,
                events == .read ? "nothing came within \(patience.brief)" : "nothing was taken within \(patience.brief)"
            )
        }
    }
}
