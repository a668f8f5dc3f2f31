import HobCoding
import Testing

/// Bytes that are no message get an error that says where and what.
@Suite struct BadBytesTests {
    private func refusal<Value: Decodable>(
        _ type: Value.Type, _ bytes: [UInt8], limits: MessageLimits = MessageLimits()
    ) -> MessageCodingError? {
        do throws(MessageCodingError) {
            _ = try MessageDecoder(limits: limits).decode(type, from: bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        arguments: [
            ([], "ends at byte 0"),
            ([0x18], "whole"),
            ([0x82, 1], "2 elements, and 1 bytes are left"),
            ([0x81], "1 elements, and 0 bytes"),
            ([0x82, 0x81, 1], "ends at byte 3"),
            ([0xA1, 0x61], "1 elements, and 1 bytes"),
            ([0x43, 1, 2], "says it has 3 bytes, and 2 are left"),
            ([0x5B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], "says it has 18446744073709551615 bytes"),
            ([0x9B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], "elements"),
            ([0xBB, 0x80, 0, 0, 0, 0, 0, 0, 1], "elements"),
            ([0x9F, 1, 0xFF], "known form"),
            ([0xC1, 1], "tag"),
            ([0xF7], "no value that is known"),
            ([0xF8, 0x20], "no value that is known"),
            ([0x01, 0x02], "1 bytes follow"),
        ] as [([UInt8], String)])
    func `bytes without the form of a message`(bytes: [UInt8], words: String) throws {
        let failure = try #require(refusal(Int.self, bytes))
        #expect(failure.code == .malformed)
        #expect(failure.message.contains(words), "\(failure)")
    }

    @Test func `too many bytes, and too deep`() throws {
        let long = try #require(refusal([UInt8].self, [0x43, 1, 2, 3], limits: MessageLimits(bytes: 3)))
        #expect(long.message.contains("4 bytes, and 3 are allowed"))
        let nested = [UInt8](repeating: 0x81, count: 64) + [0]
        #expect(refusal(Tree.self, nested)?.code == .wrongType)
        let deep = try #require(refusal(Tree.self, [0x81] + nested))
        #expect(deep.message.contains("deeper than 64 containers at byte 64"))
        // Millions of openings cost nothing either.
        #expect(refusal(Tree.self, [UInt8](repeating: 0x81, count: 4 << 20))?.code == .malformed)
    }

    @Test func `what does not fit its type is named with its path`() throws {
        let bytes = try MessageEncoder().encode(["list": [["name": "x"], ["nme": "y"]]])
        struct Named: Codable { var name: String }
        let missing = try #require(refusal([String: [Named]].self, bytes))
        #expect(missing.code == .missingKey)
        #expect(missing.message == "list[1]: the key name is missing")
        let wrong = try #require(refusal([String: [[String: Int]]].self, bytes))
        #expect(wrong.code == .wrongType)
        #expect(wrong.message == "list[0].name: Int is wanted, and a text is there")
        #expect(refusal(UInt8.self, [0x19, 1, 0x2C])?.message == "the number 300 does not fit in UInt8")
        #expect(refusal(UInt.self, [0x20])?.message == "the number -1 does not fit in UInt")
        #expect(refusal(Int64.self, [0x3B] + [UInt8](repeating: 255, count: 8))?.code == .badValue)
        #expect(refusal(Int.self, [0xF6])?.code == .missingValue)
        #expect(refusal(String.self, [0x62, 0xC3, 0x28])?.message == "the text is not UTF-8")
        #expect(refusal([String: Int].self, [0xA1, 1, 1])?.message.contains("keys are texts") == true)
        #expect(refusal([String: Int].self, [0xA2, 0x61, 0x61, 1, 0x61, 0x61, 2])?.message.contains("twice") == true)
        #expect(refusal(Colour.self, [0x61, 0x61])?.code == .badValue)
        #expect(refusal(Shape.self, [0xA0])?.code == .wrongType)
        #expect(refusal([Int].self, [0xA0])?.code == .wrongType)
        #expect(refusal(Duration.self, [0x81, 0])?.code == .missingValue)
        #expect(refusal(Float.self, [0xFB, 0x3F, 0xB9, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9A])?.code == .badValue)
    }

    @Test func `a large map with a key twice is refused, too`() throws {
        let half = try MessageEncoder().encode(Dictionary(uniqueKeysWithValues: (10..<30).map { ("\($0)", $0) }))
        let bytes = [0xB8, 40] + half[1...] + half[1...]
        #expect(refusal([String: Int].self, bytes)?.message.contains("twice") == true)
    }

    @Test func `numbers of other encoders' widths are read when nothing is lost`() throws {
        #expect(try MessageDecoder().decode(Double.self, from: [0xF9, 0x3E, 0x00]) == 1.5)
        #expect(try MessageDecoder().decode(Float.self, from: [0xF9, 0xC4, 0x00]) == -4)
        #expect(try MessageDecoder().decode(Double.self, from: [0xF9, 0x00, 0x01]) == 5.960464477539063e-8)
        #expect(try MessageDecoder().decode(Double.self, from: [0xF9, 0x7C, 0x00]) == .infinity)
        #expect(try MessageDecoder().decode(Double.self, from: [0xF9, 0x7E, 0x00]).isNaN)
        #expect(try MessageDecoder().decode(Float.self, from: [0xFB, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0]) == 1.5)
        #expect(try MessageDecoder().decode(Int.self, from: [0x1B, 0, 0, 0, 0, 0, 0, 0, 5]) == 5)
        #expect(try MessageDecoder().decode([UInt8].self, from: [0x82, 1, 2]) == [1, 2])
    }

    @Test func `values that cannot be written say why`() throws {
        func refusal(_ value: some Encodable, limits: MessageLimits = MessageLimits()) -> MessageCodingError? {
            do throws(MessageCodingError) {
                _ = try MessageEncoder(limits: limits).encode(value)
                return nil
            } catch {
                return error
            }
        }
        let ring = Ring()
        ring.next = ring
        #expect(refusal(ring)?.message.contains("contains itself") == true)
        #expect(refusal(["a": [Int128(1)]])?.code == .badValue)
        #expect(refusal(Twice())?.message.contains("written twice") == true)
        #expect(refusal("four", limits: MessageLimits(bytes: 4))?.message.contains("more than the 4") == true)
        #expect(refusal([[[1]]], limits: MessageLimits(depth: 2))?.code == .badValue)
        #expect(refusal([[1]], limits: MessageLimits(depth: 2)) == nil)
    }
}
