import HobControllerCore
import HobSystem

/// The before-start command, the before-start hook, then the start command: the latter may be closures of the user, on
/// threads of their own.
final class Preparation {
    private let configuration: DaemonController.Configuration
    private let requests: RequestBuilder
    private let loop: EventLoop
    private var finish: ((Result<Command, any Error>) -> Void)?
    private var hook: Task<Void, Never>?
    private var helper: HelperCommand?
    /// The command, once it is known.
    var command: Command?

    init(
        _ configuration: DaemonController.Configuration, _ requests: RequestBuilder, on loop: EventLoop,
        finish: @escaping (Result<Command, any Error>) -> Void
    ) {
        self.configuration = configuration
        self.requests = requests
        self.loop = loop
        self.finish = finish
    }

    /// Begins; the answer may come at once.
    func begin() {
        guard let command = configuration.beforeStartCommand else { return runHook() }
        do throws(SpawnFailure) {
            helper = try HelperCommand(requests.helper(command), on: loop) { [self] in helperEnded($0) }
        } catch {
            end(.failure(error))
        }
    }

    private func helperEnded(_ outcome: HelperCommand.Outcome) {
        let output = helper?.text ?? ""
        helper = nil
        switch outcome {
        case .succeeded: runHook()
        case .failed(let how):
            let words = ["its before-start command failed"] + FailureText.lines(of: output) + ["(\(how))"]
            let message = words.joined(separator: "\n")
            end(.failure(ControllerError(.startFailed, identifier: configuration.identifier, message: message)))
        }
    }

    private func runHook() {
        guard finish != nil else { return }
        let startCommand = configuration.startCommand
        if configuration.beforeStart == nil, case .command(let command) = startCommand {
            return end(.success(command))
        }
        let mailbox = loop.mailbox
        let box = LoopBound(self)
        hook = HookThread.run("hob-hook") { [beforeStart = configuration.beforeStart] in
            try await beforeStart?()
            switch startCommand {
            case .command(let command): return command
            case .make(let make): return try await make()
            }
        } completion: { result in
            mailbox.post { box.value.end(result) }
        }
    }

    /// Waits no more; a hook that does not heed its cancellation is left to itself.
    func cancel() {
        hook?.cancel()
        helper?.cancel()
        helper = nil
        finish = nil
    }

    private func end(_ result: Result<Command, any Error>) {
        guard let finish else { return }
        self.finish = nil
        finish(result)
    }
}
