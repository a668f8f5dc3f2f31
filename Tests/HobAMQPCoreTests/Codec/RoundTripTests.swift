import HobAMQPCore
import HobPolicy
import Testing

/// What is written is read again as it was.
@Suite struct RoundTripTests {
    @Test(arguments: 0..<UInt64(300))
    func `every method survives the wire, and the bytes are the same again`(seed: UInt64) throws {
        var random = seeded(seed)
        for method in MethodSamples.all(using: &random) {
            let bytes = try Wire.bytes(method)
            let piece = try #require(try Wire.pieces(bytes).first)
            let again = try Wire.method(piece.payload)
            #expect(again == method, "seed \(seed)")
            #expect(try Wire.bytes(again) == bytes, "seed \(seed)")
        }
    }

    @Test(arguments: 0..<UInt64(500))
    func `messages with every property survive the wire`(seed: UInt64) throws {
        var random = seeded(1_000 + seed)
        let properties = AMQPProperties.sample(using: &random)
        let body = [UInt8](repeating: 7, count: Int.random(in: 0..<9_000, using: &random))
        var writer = ByteWriter()
        let method = Method.basic(.publish(exchange: "e", routingKey: "k"))
        try writer.contentFrames(method, properties: properties, body: body, channel: 3, frameMax: 4_096)
        var assembly = ContentAssembly(limit: 10_000)
        var content: ContentAssembly.Content?
        for piece in try Wire.pieces(writer.bytes, frameMax: 4_096) {
            #expect(piece.frame.channel == 3)
            switch piece.frame.kind {
            case .method: try assembly.begin(try Wire.method(piece.payload))
            case .header: content = try piece.payload.withUnsafeBytes { try assembly.header($0) } ?? content
            case .body: content = try piece.payload.withUnsafeBytes { try assembly.body($0) } ?? content
            case .heartbeat: Issue.record("a heartbeat")
            }
        }
        #expect(content == ContentAssembly.Content(method: method, properties: properties, body: body), "seed \(seed)")
        #expect(!assembly.isBusy)
    }

    @Test(arguments: [0, 1, 4_087, 4_088, 4_089, 8_176, 8_177])
    func `bodies are cut at frame_max less eight, and an empty one has no frame`(size: Int) throws {
        var writer = ByteWriter()
        try writer.contentFrames(
            .basic(.publish()), properties: AMQPProperties(), body: [UInt8](repeating: 1, count: size), channel: 1,
            frameMax: 4_096)
        let pieces = try Wire.pieces(writer.bytes, frameMax: 4_096)
        let bodies = pieces.filter { $0.frame.kind == .body }
        #expect(bodies.count == (size + 4_087) / 4_088)
        #expect(bodies.allSatisfy { $0.frame.length <= 4_096 && !$0.payload.isEmpty })
        #expect(bodies.map(\.payload.count).reduce(0, +) == size)
    }

    @Test func `every type of a field has the letter and the bytes that RabbitMQ reads`() throws {
        let table: AMQPTable = [
            "t": true, "b": .int8(-2), "B": .uint8(254), "s": .int16(-2), "u": .uint16(65_534), "I": .int32(-2),
            "i": .uint32(4_294_967_294), "l": -2, "L": .uint64(.max - 1), "f": .float(1), "d": 1.0,
            "D": .decimal(scale: 2, value: 314), "S": "hi", "A": [true, "x"], "T": .timestamp(1),
            "F": ["a": .void], "V": .void, "x": .bytes([1, 2]),
        ]
        let expected =
            "0174 74 01" + "0162 62 fe" + "0142 42 fe" + "0173 73 fffe" + "0175 75 fffe" + "0149 49 fffffffe"
            + "0169 69 fffffffe" + "016c 6c fffffffffffffffe" + "014c 4c fffffffffffffffe" + "0166 66 3f800000"
            + "0164 64 3ff0000000000000" + "0144 44 02 0000013a" + "0153 53 00000002 6869"
            + "0141 41 00000008 7401 53 00000001 78" + "0154 54 0000000000000001" + "0146 46 00000003 0161 56"
            + "0156 56" + "0178 78 00000002 0102"
        let bytes = try Wire.bytes(.queue(.bind(arguments: table)))
        // Frame head 7, class and method 4, ticket 2, three empty names, bits 1, length 4.
        #expect(Array(bytes[21..<(bytes.count - 1)]) == Wire.hex(expected))
        #expect(try Wire.method(Array(bytes[7..<(bytes.count - 1)])) == .queue(.bind(arguments: table)))
    }
}
