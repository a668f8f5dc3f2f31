import HobAMQPCore
import Testing

@Suite struct FrameDecoderTests {
    private static func next(_ bytes: [UInt8], frameMax: UInt32 = 131_072) throws(AMQPProtocolError)
        -> FrameDecoder.Found
    {
        var decoder = FrameDecoder(frameMax: frameMax)
        let result: Result<FrameDecoder.Found, AMQPProtocolError> = bytes.withUnsafeBytes { buffer in
            do throws(AMQPProtocolError) { return .success(try decoder.next(in: buffer)) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    @Test func `a frame is found when its last byte is there, and not before`() throws {
        let bytes = try Wire.bytes(.channel(.flow(active: true)), channel: 258)
        for count in 0..<bytes.count { #expect(try Self.next(Array(bytes[..<count])) == .incomplete) }
        let frame = Frame(kind: .method, channel: 258, payload: 7..<12)
        #expect(try Self.next(bytes) == .frame(frame))
        #expect(try Self.next(bytes + [9, 9, 9]) == .frame(frame))
    }

    @Test func `a heartbeat is eight bytes`() throws {
        var writer = ByteWriter()
        writer.heartbeatFrame()
        #expect(writer.bytes == [8, 0, 0, 0, 0, 0, 0, 0xCE])
        #expect(try Self.next(writer.bytes) == .frame(Frame(kind: .heartbeat, channel: 0, payload: 7..<7)))
    }

    @Test func `a server of another version is heard`() throws {
        let header = Array("AMQP".utf8) + [0, 1, 0, 0]
        #expect(try Self.next(header) == .version(major: 1, minor: 0, revision: 0))
        #expect(try Self.next(Array(header.prefix(5))) == .incomplete)
        var writer = ByteWriter()
        writer.protocolHeader()
        #expect(writer.bytes == Array("AMQP".utf8) + [0, 0, 9, 1])
    }

    @Test(arguments: [
        (Array("HTTP/1.1".utf8), "type 72"), (Array("AMQX".utf8), "does not speak AMQP"),
        ([4, 0, 0, 0, 0, 0, 0, 0xCE], "type 4"), ([8, 0, 0, 0, 0, 0, 0, 0xCD], "ends in 205"),
        ([1, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF], "4294967303 bytes"), ([1, 0, 1, 0, 1, 0xFF, 0xF9], "131073 bytes"),
    ])
    func `what cannot be read is a frame error`(bytes: [UInt8], words: String) throws {
        let error = #expect(throws: AMQPProtocolError.self) { try Self.next(bytes) }
        #expect(error?.code == .frameError)
        #expect(error?.message.contains(words) == true, "\(String(describing: error))")
    }

    @Test func `a content header may be longer than was agreed on, by what a broker adds`() throws {
        // 131,072 and 65,536, the head and the end included.
        #expect(try Self.next([2, 0, 1, 0, 2, 0xFF, 0xF8]) == .incomplete)
        #expect(try Self.next([2, 0, 1, 0, 1, 0, 0], frameMax: 4_096) == .incomplete)
        let error = #expect(throws: AMQPProtocolError.self) { try Self.next([2, 0, 1, 0, 2, 0xFF, 0xF9]) }
        #expect(error?.message.contains("196609 bytes") == true)
        #expect(throws: AMQPProtocolError.self) { try Self.next([3, 0, 1, 0, 1, 0, 0], frameMax: 4_096) }
    }

    @Test func `the largest frame fits`() throws {
        #expect(try Self.next([3, 0, 1, 0, 1, 0xFF, 0xF8]) == .incomplete)
    }
}
