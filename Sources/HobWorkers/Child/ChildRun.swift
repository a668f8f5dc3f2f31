import Glibc
import HobPolicy
import HobSystem

/// One child process from its start to its result: carries out what a ``ChildStateMachine`` decides.
///
/// It belongs to the work loop's thread.
final class ChildRun {
    typealias Completion = (Result<ChildResult, any Error>) -> Void

    private static let variable = "HOB_CHILD"

    /// A descriptor that the child gets besides, with the variable that tells its number.
    struct Gift {
        var descriptor: Descriptor
        var number: Int32
        var variable: String
    }

    /// Called on the loop when the main process has ended, which may be long before everything it has started has.
    var mainEnded: (ExitOutcome) -> Void = { _ in }

    private let child: ChildProcess
    private var gift: Gift?
    /// Called on the loop when the child has reached its exec, or cannot.
    private let started: (Result<SpawnedProcess, any Error>) -> Void
    private let ticket = SpawnTicket()
    private var machine: ChildStateMachine
    private var loop: EventLoop?
    private var completion: Completion?
    private var process: SpawnedProcess?
    private var tree: ChildTree?
    private var watch: Watch?
    private var timers: [TimerToken] = []
    private var output: OutputPipe?
    private var errors: OutputPipe?
    private var input: InputPipe?
    private var began = MonotonicTime.now()
    private var duration = Duration.zero
    private var outcome = ExitOutcome.unknown
    private var signals: [Int32] = []
    private var wasCancelled = false

    init(
        _ child: ChildProcess, gift: Gift? = nil,
        started: @escaping (Result<SpawnedProcess, any Error>) -> Void = { _ in }
    ) {
        self.child = child
        self.gift = gift
        self.started = started
        machine = ChildStateMachine(stop: child.stop)
    }

    /// Starts it; the completion is called on the loop, once.
    func begin(on loop: EventLoop, _ work: WorkLoop, completion: @escaping Completion) {
        self.loop = loop
        self.completion = completion
        guard !wasCancelled else { return fail(CancellationError()) }
        guard let program = child.words.first, !program.isEmpty else {
            return fail(ChildProcessError(.cannotStart, "cannot start a child: no program is named"))
        }
        do throws(SystemError) {
            let (request, mark, held) = try prepare(program)
            began = MonotonicTime.now()
            let run = LoopBound(self)
            Spawner.shared.submit(request, ticket: ticket) { result in
                // The child has its own copies by now; ours of its ends are closed with these.
                for descriptor in held { descriptor.close() }
                work.post { _ in run.value.spawned(result, mark) }
            }
        } catch {
            fail(ChildProcessError(.cannotStart, "cannot start \(program): \(error)", cause: error))
        }
    }

    /// Ends the whole tree; the completion gets a `CancellationError` then.
    func cancel() {
        wasCancelled = true
        guard completion != nil else { return }
        guard process != nil else { return ticket.kill() }
        handle(.cancelled)
    }

    /// Ends the whole tree; the completion gets the result.
    func end() { if process != nil { handle(.asked) } }

    // MARK: Starting

    private func prepare(
        _ program: String
    ) throws(SystemError) -> (SpawnRequest, ProcessMark, [Descriptor]) {
        let token = "\(getpid())-\(UInt64.random(in: 1...UInt64.max))"
        let mark = ProcessMark(token: token, tag: ProcessMark.availableTag(for: token), variable: Self.variable)
        var request = SpawnRequest(executable: program, arguments: Array(child.words.dropFirst()))
        request.environment =
            child.environment.entries.filter { !$0.hasPrefix("\(Self.variable)=") } + [mark.environmentEntry]
        if let path = request.environment.last(where: { $0.hasPrefix("PATH=") }) {
            request.searchPath = String(path.dropFirst(5))
        }
        request.directory = child.directory
        request.tag = mark.tag
        request.parentDeathSignal = SIGKILL
        var held: [Descriptor] = []
        func pipe(_ target: Int32, ours: KeyPath<(read: Descriptor, write: Descriptor), Descriptor>)
            throws(SystemError) -> Descriptor
        {
            let pipe = try Descriptor.pipe()
            let end = pipe[keyPath: ours]
            let theirs = end === pipe.read ? pipe.write : pipe.read
            try end.setNonBlocking(true)
            request.descriptors.append(DescriptorMapping(source: theirs.raw, target: target))
            held.append(theirs)
            return end
        }
        output = OutputPipe(try pipe(1, ours: \.read), child.outputLimit)
        errors = OutputPipe(try pipe(2, ours: \.read), child.errorLimit)
        if !child.input.isEmpty { input = InputPipe(try pipe(0, ours: \.write), child.input) }
        if let gift {
            request.environment.removeAll { $0.hasPrefix("\(gift.variable)=") }
            request.environment.append("\(gift.variable)=\(gift.number)")
            request.descriptors.append(DescriptorMapping(source: gift.descriptor.raw, target: gift.number))
            held.append(gift.descriptor)
        }
        return (request, mark, held)
    }

    private func spawned(_ result: Result<SpawnedProcess, SpawnFailure>, _ mark: ProcessMark) {
        // Kept open here, it would hide the child's end.
        gift = nil
        guard let loop else { return }
        switch result {
        case .failure(let failure):
            if wasCancelled { return fail(CancellationError()) }
            fail(ChildProcessError(.cannotStart, "\(failure)", cause: failure))
        case .success(let process):
            self.process = process
            tree = ChildTree(main: process.pid, mark: mark, on: loop)
            do throws(SystemError) {
                try output?.follow(on: loop)
                try errors?.follow(on: loop)
                try input?.follow(on: loop)
                watch = try loop.watch(process.handle.raw, events: .read) { [self] _ in ended() }
            } catch {
                _ = try? process.handle.signal(.kill)
                if process.handle.waitForExit(until: MonotonicTime.now() + .seconds(1)) {
                    _ = try? process.handle.reap()
                }
                return fail(ChildProcessError(.cannotWatch, "cannot watch \(child.words[0]): \(error)", cause: error))
            }
            if let timeout = child.timeout {
                timers.append(loop.schedule(at: began + timeout) { [self] in handle(.timeout) })
            }
            started(.success(process))
            if wasCancelled { handle(.cancelled) }
        }
    }

    // MARK: Running

    private func ended() {
        guard let process, let loop, let watch else { return }
        loop.cancel(watch)
        self.watch = nil
        duration = MonotonicTime.now() - began
        // A host that reaps all its children may have been faster.
        let status = ((try? process.handle.reap()) ?? nil) ?? ((try? process.handle.exitInfo()) ?? nil)
        switch status {
        case .exited(let code): outcome = .exited(code)
        case .signaled(let signal, let coreDumped): outcome = .signaled(signal, coreDumped: coreDumped)
        case nil: outcome = .unknown
        }
        mainEnded(outcome)
        handle(.ended)
    }

    private func handle(_ event: ChildStateMachine.Event) {
        for action in machine.handle(event) { perform(action) }
    }

    private func perform(_ action: ChildStateMachine.Action) {
        guard let loop, let tree else { return }
        switch action {
        case .signal(let number): if tree.signal(number) { signals.append(number) }
        case .startPatience(let step, let patience):
            timers.append(loop.schedule(after: patience) { [self] in handle(.patienceOver(step: step)) })
        case .look: handle(.tree(isEmpty: tree.isEmpty()))
        case .follow: tree.whenGone { [self] in handle(.tree(isEmpty: true)) }
        case .finish: finish(tree)
        }
    }

    private func finish(_ tree: ChildTree) {
        guard let process, let output, let errors else { return }
        let survivors = tree.pids
        // Nobody waits for the end of the file: a stranger may have been given the pipe.
        output.drain()
        errors.drain()
        let result = ChildResult(
            pid: process.pid, outcome: outcome, output: output.captured, errors: errors.captured,
            timedOut: machine.timedOut, signals: signals, duration: duration, survivors: survivors)
        complete(machine.isCancelled ? .failure(CancellationError()) : .success(result))
    }

    private func fail(_ error: any Error) {
        started(.failure(error))
        complete(.failure(error))
    }

    private func complete(_ result: Result<ChildResult, any Error>) {
        for timer in timers { loop?.cancel(timer) }
        tree?.cancel()
        output?.close()
        errors?.close()
        input?.close()
        let completion = self.completion
        self.completion = nil
        completion?(result)
    }
}
