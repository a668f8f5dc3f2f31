import Glibc
import HobLink
import HobPolicy
import Testing

/// The calling side's machine against a world that does what it may, in any order.
@Suite struct PeerWalkTests {
    private static let seed = getenv("HOB_SEED").flatMap { UInt64(String(cString: $0)) } ?? 20_263

    /// What the machine has been told, and what it may do next.
    private struct World {
        enum Connection { case none, connecting, open }

        var machine = PeerStateMachine(
            address: "unix:/x", hello: Frame.Hello(interface: "1", name: "me", pid: 1), backoff: Backoff(),
            greetingLimit: .seconds(5))
        var generator: SplitMix64
        var now = MonotonicInstant.zero
        var connection = Connection.none
        var isGreeted = false
        var isEnded = false
        var waiting: Set<UInt64> = []
        var sent: Set<UInt64> = []
        var timers: [PeerTimer: MonotonicInstant] = [:]
        var completed = 0
        var nextID: UInt64 = 0
        var faults: [String] = []

        mutating func handle(_ event: PeerEvent) {
            for action in machine.handle(event, at: now, using: &generator) { perform(action, event) }
        }

        private mutating func perform(_ action: PeerAction, _ event: PeerEvent) {
            func fault(_ text: String) { faults.append("\(text) (\(event) in \(machine.state))") }
            if isEnded { fault("\(action) after the end") }
            switch action {
            case .connect:
                if connection != .none { fault("connects twice") }
                connection = .connecting
            case .send(let frame):
                if connection != .open { fault("sends without a connection") }
                switch frame {
                case .hello: if isGreeted { fault("greets twice") }
                case .call(let id, _):
                    if !isGreeted { fault("calls before the greeting") }
                    if !sent.insert(id).inserted { fault("sends \(id) twice") }
                    if !waiting.contains(id) { fault("sends \(id), which has ended") }
                case .cancel(let id): if !sent.contains(id) { fault("cancels \(id), which was not sent") }
                case .goodbye: break
                case .reply, .refusal: fault("sends \(frame)")
                }
            case .disconnect:
                connection = .none
                isGreeted = false
            case .complete(let id, let outcome):
                if waiting.remove(id) == nil { fault("completes \(id) twice") }
                completed += 1
                switch outcome {
                case .notSent: if sent.contains(id) { fault("says that \(id) was not sent") }
                case .mayHaveRun, .reply: if !sent.contains(id) { fault("says that \(id) was sent") }
                case .cancelled: break
                }
            case .setTimer(let timer, let moment): timers[timer] = moment
            case .cancelTimer(let timer): timers[timer] = nil
            case .log: break
            case .ended:
                isEnded = true
                if !waiting.isEmpty { fault("ends with calls that wait") }
            }
        }

        mutating func step() {
            let choice = Int.random(in: 0..<100, using: &generator)
            let id = UInt64.random(in: 0...max(1, nextID), using: &generator)
            switch choice {
            case 0..<25:
                nextID += 1
                waiting.insert(nextID)
                let call = Frame.Call(budget: 0, actor: "a", target: "t", arguments: [])
                let limit = Duration.milliseconds(Int.random(in: -1...3_000, using: &generator))
                handle(.call(id: nextID, call, deadline: now + limit))
            case 25..<30: handle(.cancelled(id: id))
            case 30..<45:
                guard connection == .connecting else { break }
                connection = .open
                handle(.connected)
            case 45..<50:
                guard connection == .connecting else { break }
                connection = .none
                handle(.connectFailed("refused"))
            case 50..<60:
                guard connection == .open, !isGreeted else { break }
                isGreeted = true
                let interface = Int.random(in: 0..<8, using: &generator) == 0 ? "2" : "1"
                handle(.received(.frame(.hello(Frame.Hello(interface: interface, name: "it", pid: 2)))))
            case 60..<80: if connection == .open { handle(.received(finding(id))) }
            case 80..<84:
                guard connection == .open else { break }
                connection = .none
                isGreeted = false
                handle(.closed("it closed"))
            default: fireNext()
            }
        }

        private mutating func finding(_ id: UInt64) -> FrameDecoder.Finding {
            switch Int.random(in: 0..<40, using: &generator) {
            case 0: return .frame(.goodbye)
            case 1: return .frame(.refusal("no"))
            case 2: return .malformed("junk")
            case 3: return .frame(.cancel(id: id))
            case 4: return .oversized(id: id, isCall: false, bytes: 99)
            case 5: return .oversized(id: id, isCall: true, bytes: 99)
            case 6:
                isGreeted = true
                return .frame(.hello(Frame.Hello(interface: "1", name: "it", pid: 2)))
            default: return .frame(.reply(id: id, .nothing))
            }
        }

        mutating func fireNext() {
            guard let (timer, moment) = timers.min(by: { ($0.value, "\($0.key)") < ($1.value, "\($1.key)") }) else {
                return
            }
            timers[timer] = nil
            now = max(now, moment)
            handle(.timer(timer))
        }
    }

    @Test func `every call ends once, and none is sent twice, whatever happens`() {
        for round in 0..<UInt64(400) {
            var world = World(generator: SplitMix64(seed: Self.seed &+ round))
            for _ in 0..<300 { world.step() }
            // Deadlines alone end every call; then nothing is left to wake up for.
            while !world.timers.isEmpty, world.faults.isEmpty { world.fireNext() }
            if !world.waiting.isEmpty { world.faults.append("\(world.waiting.count) calls never end") }
            if world.machine.callCount != 0 { world.faults.append("calls are kept") }
            world.handle(round.isMultiple(of: 2) ? .shutDown : .end)
            if !world.isEnded { world.faults.append("it does not end in \(world.machine.state)") }
            #expect(world.faults == [], "HOB_SEED=\(Self.seed &+ round)")
            #expect(world.completed == Int(world.nextID), "HOB_SEED=\(Self.seed &+ round)")
        }
    }

    @Test func `an end in the middle completes every call`() {
        for round in 0..<UInt64(400) {
            var world = World(generator: SplitMix64(seed: Self.seed &+ round))
            for _ in 0..<Int(round % 100) { world.step() }
            world.handle(.end)
            if !world.isEnded || !world.waiting.isEmpty { world.faults.append("it does not end") }
            if !world.timers.isEmpty { world.faults.append("timers are left: \(world.timers)") }
            #expect(world.faults == [], "HOB_SEED=\(Self.seed &+ round)")
        }
    }
}
