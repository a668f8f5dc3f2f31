import HobPolicy
import HobProtocol
import HobTestKit
import Testing

/// What is written is one line, and reads as what it was.
@Suite struct JSONWriterTests {
    private static func value(_ generator: inout SplitMix64, depth: Int) -> JSONValue {
        switch generator.next() % (depth > 0 ? 8 : 6) {
        case 0: return .null
        case 1: return .bool(generator.next() % 2 == 0)
        case 2: return .integer(Int64(bitPattern: generator.next() >> (generator.next() % 64)))
        case 3:
            let number = Double(bitPattern: generator.next())
            return .number(number.isFinite ? number : 0.5)
        case 4, 5: return .string(text(&generator))
        case 6: return .array((0..<(generator.next() % 5)).map { _ in value(&generator, depth: depth - 1) })
        default:
            var members: [JSONMember] = []
            for _ in 0..<(generator.next() % 24) {
                let name = text(&generator)
                if members.contains(where: { $0.name == name }) { continue }
                members.append(JSONMember(name, value(&generator, depth: depth - 1)))
            }
            return .object(members)
        }
    }

    private static func text(_ generator: inout SplitMix64) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<(generator.next() % 12) {
            let bound: UInt64 = [0x20, 0x80, 0x800, 0x1_0000, 0x11_0000][Int(generator.next() % 5)]
            if let scalar = Unicode.Scalar(UInt32(generator.next() % bound)) { text.append(scalar) }
        }
        return String(text)
    }

    @Test func `whatever is written reads as what it was, on one line`() throws {
        let seed = TestEnvironment.seed()
        var generator = SplitMix64(seed: seed)
        var bytes = 0
        for _ in 0..<(TestEnvironment.isLong ? 500_000 : 5_000) {
            let value = Self.value(&generator, depth: 6)
            let written = JSONWriter.bytes(of: value)
            bytes += written.count
            let read = try JSONReader.read(written)
            if read != value || written.contains(0x0A) {
                Issue.record("HOB_SEED=\(seed): \(value) was written as \(value.line)")
                return
            }
        }
        print("JSON round trips: \(bytes) bytes, seed \(seed)")
    }

    @Test func `control characters are escaped, everything else stays as it is`() {
        #expect(
            JSONValue.string("a\"\\\n\r\t\u{1}\u{7f}ä😀\u{2028}").line == #""a\"\\\n\r\t\u0001\u007fä😀"# + "\u{2028}\"")
        #expect(JSONValue.object([JSONMember("a\n", .array([.integer(1), .null]))]).line == #"{"a\n":[1,null]}"#)
        #expect(JSONWriter.line(of: .bool(true)) == Array("true\n".utf8))
    }

    @Test func `what JSON cannot say is null`() {
        #expect(JSONValue.array([.number(.infinity), .number(.nan)]).line == "[null,null]")
    }
}
