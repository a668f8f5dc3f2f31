import HobPolicy
import HobSupervisorCore
import HobSystem

/// A command that runs beside a service: a hook, a stop or reload command, a readiness command.
///
/// Used by the control thread alone. The result comes once, unless the helper was killed by us.
final class HelperProcess {
    private let loop: EventLoop
    private let ticket = SpawnTicket()
    private var handle: ProcessHandle?
    private var watch: Watch?
    private var completion: ((HookResult) -> Void)?

    /// Starts the command; the completion is called on the loop, unless ``kill()`` comes first.
    init(
        _ request: SpawnRequest, keeping descriptors: [Descriptor], on loop: EventLoop, through spawner: Spawner,
        inbox: Inbox<HelperMessage>, completion: @escaping (HookResult) -> Void
    ) {
        self.loop = loop
        self.completion = completion
        let box = HelperBox(self)
        spawner.submit(request, ticket: ticket) { result in
            // The descriptors live until the child has its copies.
            withExtendedLifetime(descriptors) { inbox.post(HelperMessage(helper: box, result: result)) }
        }
    }

    /// Takes over a command that an earlier life has started; ``ended(_:)`` is called by who watches it.
    init(adopting handle: ProcessHandle, on loop: EventLoop, completion: @escaping (HookResult) -> Void) {
        self.loop = loop
        self.handle = handle
        self.completion = completion
    }

    /// The process, while it runs.
    var pid: Int32? { handle?.pid ?? ticket.pid }

    /// Whether any process of it may still be there.
    var isRunning: Bool { completion != nil || handle.map { !$0.hasExited } ?? false }

    /// The loop hears what became of the spawn.
    func spawned(_ result: Result<SpawnedProcess, SpawnFailure>) {
        switch result {
        case .failure(let failure): finish(.failed("could not be started: \(failure.message)"))
        case .success(let process):
            handle = process.handle
            watchEnd()
            // Killed while it was being made.
            if completion == nil { killTree() }
        }
    }

    /// Kills the command's whole tree and forgets who waits for it; it stays watched until it is reaped.
    func kill() {
        completion = nil
        ticket.kill()
        killTree()
    }

    /// Waits for the end; where the kernel cannot announce it at the moment, it is looked for.
    private func watchEnd() {
        guard let handle else { return }
        do throws(SystemError) {
            watch = try loop.watch(handle.raw, events: .read) { [self] _ in ended() }
        } catch {
            loop.schedule(after: .milliseconds(50)) { [self] in
                if handle.hasExited { ended() } else { watchEnd() }
            }
        }
    }

    private func killTree() {
        guard let handle, !handle.hasExited else { return }
        let descendants = ProcessTree.descendants(of: handle.pid)
        // ESRCH is success here, and nothing else can be wrong with a child of ours.
        _ = try? handle.signal(.kill)
        for pid in descendants {
            guard let member = try? ProcessHandle.open(pid: pid) else { continue }
            _ = try? member.signal(.kill)
        }
    }

    private func ended() {
        guard let handle, let status = (try? handle.peekExit()) ?? nil else { return }
        ended(ExitOutcome(status))
        // Written down by now; until then its status could be read again.
        _ = try? handle.reap()
    }

    /// The command came to its end.
    func ended(_ outcome: ExitOutcome) {
        if let watch { loop.cancel(watch) }
        watch = nil
        handle = nil
        switch outcome {
        case .unknown: finish(.failed("ended while no supervisor was there; its result is unknown"))
        case .exited, .signaled: finish(outcome.isSuccess ? .succeeded : .failed("failed (\(outcome))"))
        }
    }

    private func finish(_ result: HookResult) {
        let completion = completion
        self.completion = nil
        completion?(result)
    }
}

/// Carries a helper, which only the control thread touches, through a spawner's thread and back.
///
/// @unchecked Sendable: the spawner's thread only passes the box on; the helper is used on the control thread.
final class HelperBox: @unchecked Sendable {
    let helper: HelperProcess

    init(_ helper: HelperProcess) {
        self.helper = helper
    }
}

/// What a spawner's thread tells the control thread about a helper.
struct HelperMessage: Sendable {
    let helper: HelperBox
    let result: Result<SpawnedProcess, SpawnFailure>
}

extension ExitOutcome {
    /// The outcome of a process that was waited for.
    init(_ status: ExitStatus) {
        switch status {
        case .exited(let code): self = .exited(code)
        case .signaled(let signal, let coreDumped): self = .signaled(signal, coreDumped: coreDumped)
        }
    }
}
