import CHobSystem
import Glibc
import Synchronization

/// What a stand-in, its waiting thread and its owner share; it lives as long as the longest of them.
///
/// @unchecked Sendable: `shared` points to memory of this object, whose words are read and written atomically or, as
/// far as they belong to a phase, only written before that phase is stored; all else is under `state`.
final class StandInCore: @unchecked Sendable {
    private struct State {
        var process: SpawnedProcess?
        /// The pidfd of the spawn has been taken into a handle, or closed.
        var isSettled = false
        var hasToldSpawn = false
        var hasToldLast = false
        /// The stand-in is gone, and its memory is not used any more.
        var isGone = false
        /// There could be no stand-in.
        var failure: SpawnFailure?
    }

    /// Written by the stand-in and its thread when there is something to tell.
    let report: Descriptor
    private let release: Descriptor
    private let request: SpawnRequest
    private let shared: UnsafeMutablePointer<hob_stand_in>
    private let state = Mutex(State())

    init(_ request: SpawnRequest) throws(SystemError) {
        self.request = request
        report = try Descriptor.eventCounter()
        release = try Descriptor.eventCounter()
        shared = .allocate(capacity: 1)
        shared.initialize(to: hob_stand_in())
        shared.pointee.report = report.raw
        shared.pointee.release = release.raw
        shared.pointee.result.pidfd = -1
    }

    deinit {
        shared.deallocate()
    }

    /// The whole life of the thread: returns when the stand-in is gone.
    func run() {
        let outcome = SpawnArguments.with(request) { arguments in
            invoke(.clone, retrying: false) { hob_stand_in_run(&arguments, shared) }
        }
        let isNews = state.withLock { state in
            state.isGone = true
            if outcome < 0 { state.failure = SpawnFailure(stage: .clone, code: -outcome, detail: 0, request: request) }
            let phase = settle(&state)
            // Of these two the stand-in itself has told.
            return phase != HOB_STAND_IN_FAILED && phase != HOB_STAND_IN_ENDED
        }
        if isNews { add(to: report) }
    }

    var process: SpawnedProcess? {
        state.withLock { state in
            settle(&state)
            return state.process
        }
    }

    var isFinished: Bool { state.withLock { $0.hasToldLast } }

    func next() -> StandInEvent? {
        state.withLock { state in
            if let event = event(&state) { return event }
            var count: UInt64 = 0
            _ = read(report.raw, &count, 8)
            // Something may have happened between the look and the read.
            return event(&state)
        }
    }

    func letGo() { add(to: release) }

    func kill() throws(SystemError) {
        hob_stand_in_call_off(shared)
        let failure = state.withLock { state -> SystemError? in
            settle(&state)
            guard let process = state.process else {
                // On its way to its exec; the pidfd is not closed before it is settled, which needs the lock.
                let pid = hob_spawn_pid(&shared.pointee.result)
                guard pid > 0, !state.isSettled else { return nil }
                let pidfd = hob_spawn_pidfd(&shared.pointee.result)
                let result = invoke(.pidfdSendSignal) { hob_pidfd_send_signal(pidfd, SIGKILL, 0) }
                return result >= 0 || result == -ESRCH ? nil : .process("kill", pid, -result)
            }
            do throws(SystemError) {
                try process.handle.signal(.kill)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    // MARK: Under the lock

    private func event(_ state: inout State) -> StandInEvent? {
        guard !state.hasToldLast else { return nil }
        // One look for all: the next moment it may have gone on.
        let phase = settle(&state)
        if let process = state.process, !state.hasToldSpawn,
            phase == HOB_STAND_IN_RUNNING || phase == HOB_STAND_IN_ENDED
        {
            state.hasToldSpawn = true
            return .spawned(process)
        }
        var last: StandInEvent?
        if let failure = state.failure {
            last = .failed(failure)
        } else if phase == HOB_STAND_IN_FAILED {
            let result = shared.pointee.result
            let stage = SpawnStage(rawValue: result.stage) ?? .clone
            last = .failed(SpawnFailure(stage: stage, code: result.error, detail: result.detail, request: request))
        } else if phase == HOB_STAND_IN_ENDED {
            let exit = shared.pointee.exit
            last = .ended(
                exit.signaled != 0
                    ? .signaled(signal: exit.code, coreDumped: exit.core_dumped != 0) : .exited(code: exit.code))
        } else if state.isGone {
            last = .letGo
        }
        state.hasToldLast = last != nil
        return last
    }

    /// Takes the pidfd over as soon as it is known what it is; answers the phase by which that was decided.
    @discardableResult
    private func settle(_ state: inout State) -> hob_stand_in_phase {
        let phase = hob_stand_in_phase(rawValue: hob_stand_in_phase(shared))
        guard !state.isSettled else { return phase }
        let pid = hob_spawn_pid(&shared.pointee.result)
        let pidfd = hob_spawn_pidfd(&shared.pointee.result)
        switch phase {
        case HOB_STAND_IN_FAILED:
            if pidfd >= 0 { _ = close(pidfd) }
            state.isSettled = true
        case HOB_STAND_IN_RUNNING, HOB_STAND_IN_ENDED:
            state.process = SpawnedProcess(pid: pid, handle: ProcessHandle(pid: pid, owning: pidfd))
            state.isSettled = true
        default:
            // A stand-in that was killed: what has not stored its pid was never made, and the pidfd's number is void.
            guard state.isGone else { return phase }
            if pid > 0 { state.process = SpawnedProcess(pid: pid, handle: ProcessHandle(pid: pid, owning: pidfd)) }
            state.isSettled = true
        }
        return phase
    }

    private func add(to counter: Descriptor) {
        var one: UInt64 = 1
        // A full counter is readable already.
        _ = write(counter.raw, &one, 8)
    }
}
