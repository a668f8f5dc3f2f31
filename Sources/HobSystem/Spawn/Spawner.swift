import CHobSystem
import Glibc

/// Spawns on threads of its own that never end, one spawn at a time unless one gets stuck.
///
/// The kernel sends a parent-death signal when the spawning *thread* ends: these live as long as the process.
package final class Spawner: Sendable {
    /// The one for everybody who needs no other.
    package static let shared = Spawner()

    /// Called on a spawner thread when a spawn has succeeded or failed.
    package typealias Completion = @Sendable (Result<SpawnedProcess, SpawnFailure>) -> Void

    /// How long a spawn may stand still before another thread goes on with the queue.
    package static let patience: Duration = .milliseconds(50)
    /// At most so many threads: one, and four that take over.
    package static let mostThreads = 5

    private struct Job {
        var request: SpawnRequest
        var ticket: SpawnTicket
        var completion: Completion
    }

    private struct State {
        var queue = Deque<Job>()
        var threads = 0
        var idle = 0
        // When each spawn under way began, by thread.
        var underWay: [Int: MonotonicTime] = [:]
    }

    private let monitor = Monitor(State())
    private let name: String

    /// A spawner; its first thread starts with the first spawn.
    package init(name: String = "spawner") {
        self.name = name
    }

    /// Makes spawns cheap for a process that will hold many descriptors; to be called before it starts a thread.
    ///
    /// Neither is needed for a spawn to work, so neither can fail.
    package static func prepareProcess() {
        _ = hob_spawn_reserve()
        let limit = (try? ProcessLimits.get(.openFiles).soft) ?? 1_024
        // Two thousand services and what they need: 8 bytes of the kernel's memory each.
        _ = hob_grow_descriptor_table(Int32(min(limit, 8_192)))
    }

    /// Queues a spawn. The completion runs on a spawner thread and must be short.
    package func submit(
        _ request: SpawnRequest, ticket: SpawnTicket? = nil, completion: @escaping Completion
    ) {
        let job = Job(request: request, ticket: ticket ?? SpawnTicket(), completion: completion)
        let newThread = monitor.withLock { state -> Int? in
            state.queue.append(job)
            return Self.threadNeeded(&state)
        }
        monitor.signal()
        if let newThread { startThread(newThread) }
    }

    /// Spawns on a spawner thread and waits for it; not for a thread that must stay responsive.
    package func spawn(_ request: SpawnRequest, ticket: SpawnTicket? = nil) throws(SpawnFailure) -> SpawnedProcess {
        let answer = Monitor<Result<SpawnedProcess, SpawnFailure>?>(nil)
        submit(request, ticket: ticket) { result in
            answer.withLock { $0 = result }
            answer.signal()
        }
        return try answer.wait { $0 }.get()
    }

    /// How many spawns are waiting or under way.
    package var load: Int { monitor.withLock { $0.queue.count + $0.underWay.count } }

    private static func threadNeeded(_ state: inout State) -> Int? {
        guard state.idle == 0, state.threads < mostThreads else { return nil }
        state.threads += 1
        // It counts as idle from now on, so that a burst of submissions starts one thread and not five.
        state.idle += 1
        return state.threads
    }

    private func startThread(_ number: Int) {
        do {
            try Thread.start(name: number == 1 ? name : "\(name)-\(number)", stack: 128 * 1024) { self.work(number) }
        } catch {
            // No thread to be had: the first one is indispensable, the others are a precaution.
            let orphans = monitor.withLock { state -> [Job] in
                state.threads -= 1
                state.idle -= 1
                return state.threads == 0 ? state.queue.removeAll() : []
            }
            for job in orphans {
                let failure = SpawnFailure(stage: .clone, code: error.code, detail: 0, request: job.request)
                job.completion(.failure(failure))
            }
        }
    }

    private func work(_ number: Int) {
        while true {
            let (job, newThread) = takeJob(number)
            if let newThread { startThread(newThread) }
            let result: Result<SpawnedProcess, SpawnFailure>
            do throws(SpawnFailure) {
                result = .success(try HobSystem.spawn(job.request, ticket: job.ticket))
            } catch {
                result = .failure(error)
            }
            job.completion(result)
            let isMore = monitor.withLock { state in
                state.underWay[number] = nil
                state.idle += 1
                return !state.queue.isEmpty
            }
            // Usually this thread itself takes the next one; the others only watch that it does not stand still.
            if isMore { monitor.signal() }
        }
    }

    /// Waits for a job and until no younger spawn is under way: usually one at a time, past a stuck one after 50 ms.
    private func takeJob(_ number: Int) -> (Job, newThread: Int?) {
        monitor.waitUntil { state, now in
            guard !state.queue.isEmpty else { return .wait(until: nil) }
            if let youngest = state.underWay.values.max() {
                let takeOver = youngest + Self.patience
                if now < takeOver { return .wait(until: takeOver) }
            }
            guard let job = state.queue.popFirst() else { return .wait(until: nil) }
            state.underWay[number] = now
            state.idle -= 1
            return .done((job, newThread: state.queue.isEmpty ? nil : Self.threadNeeded(&state)))
        }
    }
}
