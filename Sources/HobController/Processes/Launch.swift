import HobSystem

/// A process being started and watched on an event loop; it is no child of ours, so the host never hears of it.
final class Launch {
    private let standIn: StandIn
    private let loop: EventLoop
    private let report: (StandInEvent) -> Void
    private var watch: Watch?
    /// Whether something may still come.
    private(set) var isOver = false

    /// Begins to start it; everything is reported on the loop, later.
    ///
    /// - Parameter held: Descriptors the process gets, kept open until it has them.
    init(
        _ request: SpawnRequest, holding held: [Descriptor], on loop: EventLoop,
        report: @escaping (StandInEvent) -> Void
    ) throws(SpawnFailure) {
        self.loop = loop
        self.report = report
        standIn = try StandIn.start(request)
        do throws(SystemError) {
            watch = try loop.watch(standIn.raw, events: .read) { [self, held] _ in
                withExtendedLifetime(held) { tell() }
            }
        } catch {
            try? standIn.kill()
            throw SpawnFailure(stage: .clone, code: error.code, message: error.message)
        }
    }

    /// The process, once it has reached its exec.
    var process: SpawnedProcess? { standIn.process }

    /// Leaves the process to itself, a child of init; nothing more is reported.
    func letGo() {
        standIn.letGo()
        forget()
    }

    /// Kills the process wherever it is; what comes of it is reported.
    func kill() { try? standIn.kill() }

    private func tell() {
        while !isOver, let event = standIn.next() {
            switch event {
            case .spawned: break
            case .failed, .ended, .letGo: forget()
            }
            report(event)
        }
    }

    private func forget() {
        isOver = true
        if let watch { loop.cancel(watch) }
        watch = nil
    }
}
