import HobPolicy
import HobSystem

/// A stop, restart or ping command: run once, its output kept, killed with its descendants when it is given up.
final class HelperCommand {
    /// How it ended.
    enum Outcome {
        case succeeded
        /// "exited with status 7", or why it could not be started.
        case failed(String)
    }

    private let output: CapturedOutput
    private var launch: Launch?
    private let finish: (Outcome) -> Void

    /// Starts it; the outcome comes on the loop, later, unless it is cancelled.
    init(
        _ request: SpawnRequest, holding held: [Descriptor] = [], on loop: EventLoop,
        finish: @escaping (Outcome) -> Void
    ) throws(SpawnFailure) {
        self.finish = finish
        do throws(SystemError) { output = try CapturedOutput() } catch {
            throw SpawnFailure(stage: .descriptors, code: error.code, message: error.message)
        }
        var request = request
        request.descriptors += [
            DescriptorMapping(source: output.file.raw, target: 1),
            DescriptorMapping(source: output.file.raw, target: 2),
        ]
        launch = try Launch(request, holding: held + [output.file], on: loop) { [weak self] in self?.heard($0) }
    }

    /// What it has written.
    var text: String { output.text }

    /// Kills it; nothing is reported any more.
    func cancel() {
        guard let launch, !launch.isOver else { return }
        if let pid = launch.process?.pid {
            // Its main process last, so that none of them loses the parent by which it is found.
            for child in ProcessTree.descendants(of: pid) { _ = try? ProcessHandle.open(pid: child).signal(.kill) }
        }
        launch.kill()
        launch.letGo()
        self.launch = nil
    }

    private func heard(_ event: StandInEvent) {
        switch event {
        case .spawned: return
        case .failed(let failure): finish(.failed(failure.message))
        case .ended(let status): finish(status.isSuccess ? .succeeded : .failed(status.description))
        case .letGo: finish(.failed("lost: somebody has killed the process that waited for it"))
        }
        launch = nil
    }
}
