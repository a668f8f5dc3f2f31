import Glibc
import HobSystem
import Synchronization

/// The way of this program into a worker's process.
public enum WorkerProcess {
    /// The names of the workers that this program's main has declared; nil: it has declared nothing.
    private static let declared = Mutex<[String]?>(nil)

    /// Becomes one of these workers, and never returns, if this process was started by a ``WorkerPool``; otherwise
    /// returns at once. To be called first of all in main, before arguments are read, threads started, files opened.
    ///
    /// In the worker the main thread stays here: `@MainActor` code does not run there.
    ///
    /// - Parameter workers: all workers of this program.
    @available(*, noasync, message: "await it in an asynchronous main")
    public static func becomeWorkerIfAsked(_ workers: [any Worker.Type]) {
        guard begin(workers) else { return }
        while true { pause() }
    }

    /// The same for an asynchronous main, in which `@MainActor` code of the worker does run.
    public static func becomeWorkerIfAsked(_ workers: [any Worker.Type]) async {
        guard begin(workers) else { return }
        while true { await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in } }
    }

    /// Why this program cannot run workers of this name; nil when it can.
    static func refusal(of worker: String) -> String? {
        guard let names = declared.withLock({ $0 }) else {
            return
                "a pool of \(worker) executes its own program again, whose main must begin with WorkerProcess.becomeWorkerIfAsked([\(worker).self]); a Daemon of Hob declares `static let workers: [any Worker.Type] = [\(worker).self]` instead"
        }
        guard !names.contains(worker) else { return nil }
        return
            "\(worker) is not among the workers that main has declared (\(names.joined(separator: ", "))): add \(worker).self to WorkerProcess.becomeWorkerIfAsked"
    }

    /// Begins to be one of these workers, on threads of its own; false when this process is none.
    package static func begin(_ workers: [any Worker.Type]) -> Bool {
        declared.withLock { $0 = ($0 ?? []) + workers.map { $0.name } }
        guard let text = getenv(WorkerSetup.variable).map({ String(cString: $0) }) else { return false }
        // What the worker starts is no worker.
        unsetenv(WorkerSetup.variable)
        guard let setup = WorkerSetup(parsing: text) else {
            fail(
                "the setup that the pool has given is not understood: \(text); pool and worker must be of the same build"
            )
        }
        guard let type = workers.first(where: { $0.name == setup.worker }) else {
            let names = workers.map { $0.name }.joined(separator: ", ")
            fail("there is no worker \(setup.worker) here, but \(names.isEmpty ? "none" : names): declare it in main")
        }
        // This may be a thread of Swift's pool, and ps shows the leader's name; without /proc it is no great loss.
        try? Descriptor.open("/proc/self/comm", flags: .writeOnly).writeAll("\(setup.pool) \(setup.number)")
        signal(SIGPIPE, SIG_IGN)
        do throws(SystemError) { try WorkerRuntime(setup).begin(type) } catch { fail("\(error)") }
        return true
    }

    private static func fail(_ reason: String) -> Never {
        // Nobody is left to be told when stderr is closed; it stays open.
        let stderr = Descriptor(owning: 2)
        try? stderr.writeAll("cannot become a worker: \(reason)\n")
        _exit(70)
    }
}
