import HobSystem

/// The before-start hook, then the start command: both may be closures of the user, on threads of their own.
final class Preparation {
    private let configuration: DaemonController.Configuration
    private let loop: EventLoop
    private var finish: ((Result<Command, any Error>) -> Void)?
    private var hook: Task<Void, Never>?
    /// The command, once it is known.
    var command: Command?

    init(
        _ configuration: DaemonController.Configuration, on loop: EventLoop,
        finish: @escaping (Result<Command, any Error>) -> Void
    ) {
        self.configuration = configuration
        self.loop = loop
        self.finish = finish
    }

    /// Begins; the answer may come at once.
    func begin() {
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
        finish = nil
    }

    private func end(_ result: Result<Command, any Error>) {
        guard let finish else { return }
        self.finish = nil
        finish(result)
    }
}
