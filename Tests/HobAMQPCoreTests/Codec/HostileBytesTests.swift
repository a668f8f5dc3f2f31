import HobAMQPCore
import HobPolicy
import Testing

/// No bytes bring the decoders down, and each complaint has its code.
@Suite struct HostileBytesTests {
    @Test(arguments: [
        ("0000 0000", AMQPReplyCode.notImplemented), ("003c 03e7", .notImplemented), ("005a 000a", .notImplemented),
        ("00", .syntaxError), ("003c 0050 00000000", .syntaxError), ("003c 006f 00", .syntaxError),
        ("0032 000b ff 61", .syntaxError), ("000a 000b 00000008 0161 46 00000001", .syntaxError),
        ("000a 000b 00000003 0161 7a", .syntaxError), ("000a 000b ffffffff", .syntaxError),
    ])
    func `a method that cannot be read`(hex: String, code: AMQPReplyCode) {
        let error = #expect(throws: AMQPProtocolError.self) { try Wire.method(Wire.hex(hex)) }
        #expect(error?.code == code, "\(String(describing: error))")
    }

    private static func nested(_ depth: Int) -> AMQPTable {
        (1..<depth).reduce(AMQPTable()) { table, _ in ["t": .table(table)] }
    }

    @Test func `tables nest to a limit, in both directions`() throws {
        let deepest = Method.connection(.startOk(clientProperties: Self.nested(AMQPTable.depthLimit)))
        let bytes = try Wire.bytes(deepest)
        #expect(try Wire.method(Array(bytes[7..<(bytes.count - 1)])) == deepest)
        let tooDeep = Method.connection(.startOk(clientProperties: Self.nested(AMQPTable.depthLimit + 1)))
        #expect(throws: AMQPProtocolError.self) { try Wire.bytes(tooDeep) }
    }

    @Test func `a thousand tables within each other end in an error and not on the stack`() {
        var table: [UInt8] = [0, 0, 0, 0]
        for _ in 0..<1_000 {
            let inside = [1, 0x61, 0x46] + table
            let size = UInt32(inside.count)
            table = [UInt8(size >> 24), UInt8(size >> 16 & 255), UInt8(size >> 8 & 255), UInt8(size & 255)] + inside
        }
        let payload = [0, 10, 0, 11] + table
        let error = #expect(throws: AMQPProtocolError.self) { try Wire.method(payload) }
        #expect(error?.code == .syntaxError)
    }

    @Test func `a name that does not fit leaves nothing in the buffer`() throws {
        var writer = ByteWriter()
        writer.heartbeatFrame()
        let long = String(repeating: "x", count: 256)
        let error = #expect(throws: AMQPProtocolError.self) {
            try writer.methodFrame(.queue(.declare(queue: long)), channel: 1, frameMax: 4_096)
        }
        #expect(error?.message.contains("queue has 256 bytes") == true, "\(String(describing: error))")
        var properties = AMQPProperties()
        properties.headers = ["big": .bytes([UInt8](repeating: 0, count: 5_000))]
        #expect(throws: AMQPProtocolError.self) {
            try writer.contentFrames(
                .basic(.publish()), properties: properties, body: [1], channel: 1, frameMax: 4_096)
        }
        #expect(writer.count == 8)
    }

    @Test(arguments: 0..<UInt64(2_000))
    func `changed bytes are read or refused`(seed: UInt64) throws {
        var random = seeded(50_000 + seed)
        let methods = MethodSamples.all(using: &random)
        guard let method = methods.randomElement(using: &random) else { return }
        var bytes = try Wire.bytes(method)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let index = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
            default: bytes.removeSubrange(index...)
            }
            if bytes.isEmpty { bytes = [1] }
        }
        for piece in (try? Wire.pieces(bytes)) ?? [] {
            guard let read = try? Wire.method(piece.payload) else { continue }
            let again = try Wire.bytes(read)
            #expect(try Wire.method(Array(again[7..<(again.count - 1)])) == read, "seed \(seed)")
        }
    }
}
