import HobPolicy
import HobTestKit
import Testing

@testable import HobWorkers

/// The bytes of a channel.
@Suite struct FrameTests {
    @Test func `frames come out as they went in, however the stream is cut`() throws {
        let seed = TestEnvironment.seed()
        print("frames: HOB_SEED=\(seed)")
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let frames = (0..<Int.random(in: 1...6, using: &random)).map { _ in
                Frame(
                    kind: UInt8.random(in: 0...255, using: &random), id: random.next(),
                    payload: (0..<Int.random(in: 0...300, using: &random)).map { UInt8(truncatingIfNeeded: $0) })
            }
            let stream = frames.flatMap(\.bytes)
            var reader = FrameReader(limit: 300)
            var found: [Frame] = []
            var position = 0
            while position < stream.count {
                let end = min(stream.count, position + Int.random(in: 1...50, using: &random))
                reader.append(stream[position..<end])
                position = end
                while let frame = try reader.next() { found.append(frame) }
            }
            #expect(found == frames)
            #expect(reader.isBetweenFrames)
        }
    }

    @Test func `a frame that announces too much is refused before it is read`() {
        var reader = FrameReader(limit: 10)
        reader.append([0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 0, 0, 0, 0, 0])
        #expect(throws: FrameReader.Oversized(announced: Int(UInt32.max), limit: 10)) { try reader.next() }
    }

    @Test func `what a pool and its worker say survives the way`() {
        let messages: [WorkerMessage] = [
            .hello(version: 1, build: "abc"), .ready, .beat(requests: .max), .failed("Refusal: no"), .failed(""),
            .recycle(isForRequests: true), .recycle(isForRequests: false), .stop,
        ]
        for message in messages { #expect(WorkerMessage(message.frame) == message) }
        #expect(WorkerMessage(Frame(kind: 200, id: 0, payload: [])) == nil)
    }

    @Test func `a worker's setup survives the environment`() {
        var setup = WorkerSetup(
            worker: "Echo Worker", pool: "a%20 pool", number: 3, build: BuildID(file: "1:2:3:4", hash: "ab"),
            drain: .seconds(30))
        #expect(WorkerSetup(parsing: setup.text) == setup)
        setup.heartbeat = .milliseconds(1_500)
        setup.beatsByItself = true
        setup.maximumRequests = 7
        setup.listeners = ["echo", "admin"]
        #expect(WorkerSetup(parsing: setup.text) == setup)
        #expect(WorkerSetup(parsing: "nonsense") == nil)
    }
}
