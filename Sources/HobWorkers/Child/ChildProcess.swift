import HobPolicy
import HobSystem

/// A program that is run to its end, with its input, its output and a limit to its time.
///
///     let listing = try await ChildProcess.run("ls", "-l", "/srv", timeout: .seconds(5))
///     print(listing.output.text, listing.outcome)
///
/// When its time is over, or the calling task is cancelled, everything it has started is ended, what it has
/// double-forked included: first by the signals of ``stop``, then by SIGKILL. What it leaves behind when it ends by
/// itself is ended in the same way. It dies with this process.
public struct ChildProcess: Sendable {
    /// The program, a path or a name that is looked for in PATH, and its arguments; no shell reads them.
    public var words: [String]
    /// What it reads from stdin; without any it reads the end at once.
    public var input: [UInt8] = []
    /// Its environment; ours unless told otherwise.
    public var environment = ChildEnvironment.inherited
    /// Its working directory; nil: ours.
    public var directory: String?
    /// How much of its stdout is kept; the first 1 MiB unless told otherwise.
    public var outputLimit = OutputLimit.standard
    /// How much of its stderr is kept; the first 1 MiB unless told otherwise.
    public var errorLimit = OutputLimit.standard
    /// How long it may run; nil: for ever.
    public var timeout: Duration?
    /// The signals that end it, each with the time to heed it; SIGKILL follows. TERM and ten seconds unless told otherwise.
    public var stop = StopSequence.standard

    /// A program to be run.
    ///
    /// - Parameter words: the program and its arguments; at least one.
    public init(_ words: [String]) {
        self.words = words
    }

    /// Runs a program; waits until it, and everything it has started, has ended.
    ///
    /// - Parameters:
    ///   - words: the program and its arguments.
    ///   - input: what it reads from stdin.
    ///   - timeout: how long it may run; nil: for ever.
    ///   - stop: the signals that end it when its time is over.
    /// - Throws: ``ChildProcessError`` when it cannot be started; `CancellationError` when the task is cancelled, after
    ///   the whole tree has ended. A status other than 0 is no error.
    public static func run(
        _ words: String..., input: [UInt8] = [], timeout: Duration? = nil, stop: StopSequence = .standard
    ) async throws -> ChildResult {
        var child = ChildProcess(words)
        child.input = input
        child.timeout = timeout
        child.stop = stop
        return try await child.run()
    }

    /// Runs it; waits until it, and everything it has started, has ended.
    ///
    /// - Throws: ``ChildProcessError`` when it cannot be started; `CancellationError` when the task is cancelled, after
    ///   the whole tree has ended. A status other than 0 is no error.
    public func run() async throws -> ChildResult {
        try Task.checkCancellation()
        let loop = try workLoop()
        let run = LoopBound(ChildRun(self))
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                loop.post { run.value.begin(on: $0, loop) { continuation.resume(with: $0) } }
            }
        } onCancel: {
            loop.post { _ in run.value.cancel() }
        }
    }

    /// The same for code that is not asynchronous: blocks the calling thread, and needs none of Swift's pool.
    @available(*, noasync, message: "use run()")
    public func runBlocking() throws -> ChildResult {
        let loop = try workLoop()
        let run = LoopBound(ChildRun(self))
        let answer = Monitor<Result<ChildResult, any Error>?>(nil)
        loop.post { eventLoop in
            run.value.begin(on: eventLoop, loop) { result in
                answer.withLock { $0 = result }
                answer.signal()
            }
        }
        return try answer.wait { $0 }.get()
    }

    private func workLoop() throws(ChildProcessError) -> WorkLoop {
        do throws(SystemError) { return try WorkLoop.shared() } catch {
            throw ChildProcessError(.cannotStart, "cannot start \(words.first ?? "a child"): \(error)", cause: error)
        }
    }
}
