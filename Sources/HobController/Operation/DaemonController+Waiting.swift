import HobControllerCore
import HobSystem

/// The two ways to wait: a task on the reactor's thread, or the calling thread itself.
extension DaemonController {
    /// Begins some work on a loop; it answers once, and returns what cancels it.
    typealias LoopWork<Answer> = (ControllerLoop, @escaping (Answer) -> Void) -> () -> Void

    /// Belongs to the reactor's loop.
    private final class Cancellation {
        var body: (() -> Void)?
        var isWanted = false
    }

    func perform(_ request: ControllerRequest) async throws -> ControllerOutcome {
        if request == .ensure, let pid = await readyPid() { return .init(result: .success(.alreadyRunning(pid: pid))) }
        try Task.checkCancellation()
        return try await onReactor { [facts] in Self.operation(request, facts)($0, $1) }
    }

    func performBlocking(
        _ request: ControllerRequest, beside companion: Companion? = nil
    ) throws -> ControllerOutcome {
        if request == .ensure {
            let (pid, isCancelled) = try readyPidBlocking(beside: companion)
            if isCancelled { return .init(result: .success(.cancelled)) }
            if let pid { return .init(result: .success(.alreadyRunning(pid: pid))) }
        }
        return try onThisThread(Self.operation(request, facts), beside: companion)
    }

    /// Whether the daemon runs and answers its ping at this moment.
    func answersNow() async -> Bool { await readyPid() != nil }

    private func readyPid() async -> Int32? {
        try? await onReactor { [facts] in Self.readyCheck(facts)($0, $1) }
    }

    /// The same; and whether the companion has cancelled it.
    func readyPidBlocking(beside companion: Companion?) throws -> (pid: Int32?, isCancelled: Bool) {
        guard let companion else { return (try onThisThread(Self.readyCheck(facts)), false) }
        var isCancelled = false
        let pid = try onThisThread(Self.readyCheck(facts)) { loop, cancel throws(SystemError) in
            try companion(loop) {
                isCancelled = true
                cancel()
            }
        }
        return (pid, isCancelled)
    }

    private static func operation(_ request: ControllerRequest, _ facts: DaemonFacts) -> LoopWork<ControllerOutcome> {
        { loop, answer in
            let operation = ControllerOperation(request, facts, on: loop) { answer($0) }
            operation.begin()
            return { operation.cancel() }
        }
    }

    private static func readyCheck(_ facts: DaemonFacts) -> LoopWork<Int32?> {
        { loop, answer in
            let check = ReadyCheck(facts, on: loop.loop) { answer($0) }
            check.begin()
            return { check.cancel() }
        }
    }

    private func onReactor<Answer: Sendable>(
        _ work: @escaping @Sendable (ControllerLoop, @escaping (Answer) -> Void) -> () -> Void
    ) async throws -> Answer {
        let reactor = try facts.explaining(.startFailed) { () throws(SystemError) in try Reactor.shared() }
        let cancellation = LoopBound(Cancellation())
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                reactor.post { loop in
                    cancellation.value.body = work(loop) { answer in
                        cancellation.value.body = nil
                        continuation.resume(returning: answer)
                    }
                    if cancellation.value.isWanted { cancellation.value.body?() }
                }
            }
        } onCancel: {
            reactor.post { _ in
                cancellation.value.isWanted = true
                cancellation.value.body?()
            }
        }
    }

    private func onThisThread<Answer>(
        _ work: LoopWork<Answer>, beside companion: Companion? = nil
    ) throws -> Answer {
        try facts.explaining(.startFailed) { () throws(SystemError) in
            guard let companion else {
                return try ControllerLoop.borrow { (surroundings) throws(SystemError) in
                    try Self.run(work, on: surroundings)
                }
            }
            // What the companion leaves on its loop ends with that.
            return try Self.run(work, on: ControllerLoop(), beside: companion)
        }
    }

    private static func run<Answer>(
        _ work: LoopWork<Answer>, on surroundings: ControllerLoop, beside companion: Companion? = nil
    ) throws(SystemError) -> Answer {
        var cancel: () -> Void = {}
        try companion?(surroundings.loop) { cancel() }
        var answer: Answer?
        cancel = work(surroundings) { answer = $0 }
        while true {
            if let answer { return answer }
            do throws(SystemError) {
                try surroundings.loop.runOnce(deadline: MonotonicTime.now() + .seconds(3_600))
            } catch {
                cancel()
                throw error
            }
        }
    }
}
