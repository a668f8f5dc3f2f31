import Glibc
import HobLink
import HobPolicy
import Testing

/// The answering side's machine against any client.
@Suite struct ServedWalkTests {
    private static let seed = getenv("HOB_SEED").flatMap { UInt64(String(cString: $0)) } ?? 20_264
    private static let concurrency = 3

    private struct World {
        var machine = ServedStateMachine(
            client: "raw", hello: Frame.Hello(interface: "1", name: "me", pid: 1),
            concurrency: ServedWalkTests.concurrency,
            greetingLimit: .seconds(5))
        var generator: SplitMix64
        var now = MonotonicInstant.zero
        var running: Set<UInt64> = []
        var unwanted: Set<UInt64> = []
        var isPaused = false
        var isClosed = false
        var timers: [ServedTimer: MonotonicInstant] = [:]
        var faults: [String] = []

        mutating func handle(_ event: ServedEvent) {
            for action in machine.handle(event, at: now) { perform(action, event) }
            if running.count != machine.runningCount {
                faults.append("\(machine.runningCount) run instead of \(running.count) (\(event))")
            }
        }

        private mutating func perform(_ action: ServedAction, _ event: ServedEvent) {
            func fault(_ text: String) { faults.append("\(text) (\(event) in \(machine.state))") }
            switch action {
            case .send(let frame):
                if isClosed { fault("sends \(frame) after the end") }
                if case .reply(let id, let reply) = frame, reply == .nothing, unwanted.contains(id) {
                    fault("answers \(id), which nobody waits for")
                }
            case .run(let id, _, _):
                if isClosed { fault("runs \(id) after the end") }
                if !running.insert(id).inserted { fault("runs \(id) twice") }
                if running.count > ServedWalkTests.concurrency { fault("\(running.count) run at once") }
            case .cancelRun(let id):
                if !running.contains(id) || !unwanted.insert(id).inserted { fault("cancels \(id) in vain") }
            case .setTimer(let timer, let moment): timers[timer] = moment
            case .cancelTimer(let timer): timers[timer] = nil
            case .pauseReading:
                if isPaused { fault("pauses twice") }
                isPaused = true
            case .resumeReading:
                if !isPaused { fault("resumes in vain") }
                isPaused = false
            case .liftLimit, .log: break
            case .close:
                if isClosed { fault("closes twice") }
                isClosed = true
            }
        }

        mutating func step() {
            let id = UInt64.random(in: 0..<6, using: &generator)
            switch Int.random(in: 0..<100, using: &generator) {
            case 0..<55: if !isPaused, !isClosed { handle(.received(finding(id))) }
            case 55..<80: finish()
            case 80..<95:
                if let (timer, moment) = timers.min(by: { ($0.value, "\($0.key)") < ($1.value, "\($1.key)") }) {
                    timers[timer] = nil
                    now = max(now, moment)
                    handle(.timer(timer))
                }
            case 95: handle(.drain)
            case 96:
                guard !isClosed else { break }
                isClosed = true
                handle(.closed("gone"))
            default: break
            }
        }

        mutating func finish() {
            guard let id = running.sorted().randomElement(using: &generator) else { return }
            running.remove(id)
            handle(.finished(id: id, .nothing))
            unwanted.remove(id)
        }

        private mutating func finding(_ id: UInt64) -> FrameDecoder.Finding {
            switch Int.random(in: 0..<60, using: &generator) {
            case 0: .frame(.goodbye)
            case 1: .malformed("junk")
            case 2...8: .frame(.cancel(id: id))
            case 9: .oversized(id: id, isCall: true, bytes: 99)
            case 10...20: .frame(.hello(Frame.Hello(interface: "1", name: "it", pid: 2)))
            // Numbers are not used twice while they run, but for a breach now and then.
            default:
                .frame(
                    .call(
                        id: running.contains(id) && id != 5 ? id + 100 + now.nanoseconds.magnitude : id,
                        Frame.Call(budget: 1_000, actor: "a", target: "t", arguments: [])))
            }
        }
    }

    @Test func `never more than allowed, each answered at most once, and every end is clean`() {
        for round in 0..<UInt64(1_000) {
            var world = World(generator: SplitMix64(seed: Self.seed &+ round))
            world.handle(.opened)
            if !round.isMultiple(of: 5) {
                world.handle(.received(.frame(.hello(Frame.Hello(interface: "1", name: "it", pid: 2)))))
            }
            for _ in 0..<200 where world.faults.isEmpty { world.step() }
            if !world.isClosed { world.handle(.end) }
            if !world.isClosed { world.faults.append("it does not end") }
            if !world.timers.isEmpty { world.faults.append("timers are left: \(world.timers)") }
            if world.unwanted != world.running { world.faults.append("calls that run are not cancelled") }
            while !world.running.isEmpty, world.faults.isEmpty { world.finish() }
            #expect(world.faults == [], "HOB_SEED=\(Self.seed &+ round)")
        }
    }
}
