import HobLink
import HobPolicy
import Testing

/// Frames as bytes, whole and broken.
@Suite struct FrameTests {
    private static let samples: [Frame] = [
        .hello(Frame.Hello(interface: "lister 3", name: "lister", pid: 4_711)), .refusal("no"), .refusal(""),
        .call(id: 7, Frame.Call(budget: 1_000, actor: "lister", target: "$s1f", arguments: [[1, 2], [], [3]])),
        .call(id: .max, Frame.Call(budget: .max, actor: "", target: "", arguments: [])),
        .reply(id: 1, .value([1, 2, 3])), .reply(id: 2, .value([])), .reply(id: 3, .nothing),
        .reply(id: 4, .thrown(type: "M.E", text: "häß", error: [9])), .reply(id: 5, .refused(.badArgument, "why")),
        .cancel(id: 8), .goodbye,
    ]

    private func bytes(of frames: [Frame]) -> [UInt8] {
        var bytes: [UInt8] = []
        for frame in frames { FrameWriter.append(frame, to: &bytes) }
        return bytes
    }

    /// What is found when the bytes come in pieces of this size.
    private func findings(_ bytes: [UInt8], in size: Int, limit: Int = 1 << 20) -> [FrameDecoder.Finding] {
        var decoder = FrameDecoder(limit: limit)
        var found: [FrameDecoder.Finding] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            bytes[start..<min(bytes.count, start + size)].withUnsafeBytes { decoder.append($0) }
            while let finding = decoder.next() { found.append(finding) }
        }
        return found
    }

    @Test(arguments: [1, 2, 3, 7, 64, 1 << 20])
    func `frames are found however the stream is cut`(size: Int) {
        #expect(findings(bytes(of: Self.samples), in: size) == Self.samples.map { .frame($0) })
    }

    @Test(arguments: [1, 5, 1 << 20])
    func `a frame that is too long is passed over, and its id is told`(size: Int) {
        let long = Frame.call(
            id: 9, Frame.Call(budget: 0, actor: "a", target: "t", arguments: [[UInt8](repeating: 1, count: 500)]))
        let stream = bytes(of: [
            .goodbye, long, .reply(id: 3, .value([UInt8](repeating: 1, count: 200))), .cancel(id: 1),
        ])
        let found = findings(stream, in: size, limit: 100)
        #expect(
            found == [
                .frame(.goodbye), .oversized(id: 9, isCall: true, bytes: bytes(of: [long]).count - 4),
                .oversized(id: 3, isCall: false, bytes: 210), .frame(.cancel(id: 1)),
            ])
    }

    @Test func `sizes are told before anything is written`() {
        for case .call(let id, let call) in Self.samples {
            #expect(FrameWriter.size(of: call) == bytes(of: [.call(id: id, call)]).count)
        }
        for case .reply(let id, let reply) in Self.samples {
            #expect(FrameWriter.size(of: reply) == bytes(of: [.reply(id: id, reply)]).count)
        }
    }

    @Test func `a frame cut short in itself, or with something behind it, is malformed`() {
        for frame in Self.samples {
            var whole = bytes(of: [frame])
            let count = whole.count
            guard count > 14 else { continue }
            // One byte more than the body has, and one less.
            whole.append(0)
            whole[3] += 1
            let longer = findings(whole, in: 64)
            whole = bytes(of: [frame])
            whole[3] -= 1
            let shorter = findings(Array(whole.dropLast()), in: 64)
            #expect(longer.count == 1 && shorter.count == 1)
            #expect(longer != [.frame(frame)] && shorter != [.frame(frame)])
        }
    }

    @Test func `after bytes that are no frame nothing is found any more`() {
        let found = findings([0, 0, 0, 3, 1, 1, 1] + bytes(of: [.goodbye]), in: 64)
        guard case .malformed(let reason) = found.first else {
            Issue.record("\(found)")
            return
        }
        #expect(found.count == 1)
        #expect(reason.contains("3 bytes"))
    }
}
