import HobControllerCore
import Testing

@Suite("Cancelled twice, decided")
struct CancelFlowTests {
    private static let killing: [ControllerAction] = [
        .unset(.deadline), .signalTree(9), .set(.step, after: ControllerPlan.killPatience),
    ]

    @Test("who cancels a start once more has what was started killed at once")
    func start() {
        var flow = Flow(.start)
        flow.settle()
        flow.feed(.cancelled)
        flow.on(.cancelled, Self.killing + [.watchTree])
        flow.on(.cancelled)
        #expect(flow.end(.treeGone) == .cancelled)
    }

    @Test("so, too, where the start has failed by itself, and keeps its own reason")
    func failing() {
        var flow = Flow(.start)
        flow.launch()
        flow.feed(.expired(.deadline))
        flow.on(.cancelled)
        flow.on(.cancelled, Self.killing + [.watchTree])
        let failure = ControllerFailure(.startTimedOut, endings: ["timed out"], showsOutput: true)
        #expect(flow.end(.treeGone) == .failed(failure))
    }

    @Test("a stop is left to itself the first time")
    func stop() {
        var flow = Flow(.stop)
        flow.look()
        flow.feed(.found(.running(pid: 200)))
        #expect(flow.end(.cancelled) == .cancelled)
        flow.on(.cancelled)
    }
}
