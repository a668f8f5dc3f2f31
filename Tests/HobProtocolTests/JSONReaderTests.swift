import HobPolicy
import HobProtocol
import HobTestKit
import Testing

/// The reader against everything people and attackers write.
@Suite struct JSONReaderTests {
    private func error(_ text: String, limits: JSONReader.Limits = JSONReader.Limits()) -> JSONError? {
        error(Array(text.utf8), limits: limits)
    }

    private func error(_ bytes: [UInt8], limits: JSONReader.Limits = JSONReader.Limits()) -> JSONError? {
        do throws(JSONError) {
            _ = try JSONReader.read(bytes, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("null", JSONValue.null), (" true ", .bool(true)), ("false", .bool(false)), ("0", .integer(0)),
        ("-0", .integer(0)), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1.5", .number(1.5)), ("-2E+3", .number(-2_000)),
        ("1e-2", .number(0.01)), (#""""#, .string("")), (#""aä€😀""#, .string("aä€😀")),
        (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{c}\n\r\t")), (#""\u00e4\u20AC""#, .string("ä€")),
        (#""\ud83d\ude00""#, .string("😀")), (#""\u0000""#, .string("\0")), ("[]", .array([])), ("{}", .object([])),
        ("[1, [2] ,{\"a\":3}]", .array([.integer(1), .array([.integer(2)]), .object([JSONMember("a", .integer(3))])])),
        ("\t\n\r {\"a\" : 1 , \"b\":null}\n", .object([JSONMember("a", .integer(1)), JSONMember("b", .null)])),
    ])
    func `what is JSON is read`(text: String, value: JSONValue) throws {
        #expect(try JSONReader.read(text) == value)
    }

    @Test(arguments: [
        ("", JSONError.Code.unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("[1", .unexpectedEnd, 2),
        ("{\"a\"", .unexpectedEnd, 4), ("{\"a\":", .unexpectedEnd, 5), ("{", .unexpectedEnd, 1),
        ("\"abc", .unexpectedEnd, 4), ("\"abc\\", .unexpectedEnd, 5), ("tru", .unexpectedEnd, 3),
        ("\"\\u12", .unexpectedEnd, 5), ("nul!", .unexpectedByte, 3), ("[1 2]", .unexpectedByte, 3),
        ("[1,]", .unexpectedByte, 3), ("{1:2}", .unexpectedByte, 1), ("{\"a\" 1}", .unexpectedByte, 5),
        ("{\"a\":1,}", .unexpectedByte, 7), ("'a'", .unexpectedByte, 0), ("+1", .unexpectedByte, 0),
        (".5", .unexpectedByte, 0), ("NaN", .unexpectedByte, 0), ("\"a\nb\"", .unexpectedByte, 2),
        ("\u{feff}1", .unexpectedByte, 0), ("01", .invalidNumber, 0), ("1.", .invalidNumber, 0),
        ("-", .invalidNumber, 0),
        ("1e", .invalidNumber, 0), ("1e999", .invalidNumber, 0), ("[-x]", .invalidNumber, 1),
        ("\"\\x\"", .invalidEscape, 3),
        ("\"\\u12G4\"", .invalidEscape, 5), ("\"\\ud83d\"", .invalidEscape, 7), ("\"\\ude00\"", .invalidEscape, 7),
        ("\"\\ud83d\\u0041\"", .invalidEscape, 13), ("1 2", .trailingBytes, 2), ("{} x", .trailingBytes, 3),
        ("{\"a\":1,\"a\":2}", .duplicateName, 7),
    ])
    func `bad input: what is no JSON is refused with its place`(text: String, code: JSONError.Code, offset: Int) {
        #expect(error(text)?.code == code)
        #expect(error(text)?.offset == offset)
    }

    @Test(
        arguments: [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80],
        ] as [[UInt8]])
    func `bad input: invalid UTF-8 in a string is refused`(bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(error([quote] + bytes + [quote])?.code == .invalidUTF8)
        // Also where an escape makes the slower way necessary.
        #expect(error([quote] + Array("\\n".utf8) + bytes + [quote])?.code == .invalidUTF8)
    }

    @Test func `depth is bounded, with its limit to the level`() {
        let limits = JSONReader.Limits(depth: 8)
        #expect(error(String(repeating: "[", count: 7) + "1" + String(repeating: "]", count: 7), limits: limits) == nil)
        #expect(
            error(String(repeating: "[", count: 8) + "1" + String(repeating: "]", count: 8), limits: limits)?.code
                == .tooDeep)
        #expect(error(String(repeating: "[", count: 1_000_000))?.code == .tooDeep)
        #expect(error(String(repeating: "{\"a\":", count: 100_000))?.code == .tooDeep)
    }

    @Test func `bad input: size is bounded, a 1 MB string is not too much`() throws {
        let text = String(repeating: "a", count: 1_000_000)
        #expect(try JSONReader.read("\"\(text)\"").text == text)
        #expect(error("\"" + String(repeating: "a", count: 1 << 20) + "\"")?.code == .tooLarge)
        #expect(error("[1,2]", limits: JSONReader.Limits(bytes: 4))?.code == .tooLarge)
        #expect(error(String(repeating: "1", count: 100))?.code == .invalidNumber)
    }

    @Test func `many members are read, doubles are found among them, and there is an end`() throws {
        func object(_ count: Int, last: String) -> String {
            "{" + (0..<count).map { "\"m\($0)\":\($0)" }.joined(separator: ",") + ",\"\(last)\":0}"
        }
        #expect(try JSONReader.read(object(4_095, last: "x")).members?.count == 4_096)
        #expect(error(object(4_096, last: "x"))?.code == .tooLarge)
        for count in [1, 15, 16, 17, 18, 100] {
            for name in ["m0", "m\(count - 1)"] {
                #expect(error(object(count, last: name))?.code == .duplicateName, "\(count) \(name)")
            }
            #expect(error(object(count, last: "x")) == nil)
        }
    }

    @Test func `no mutation of a good text makes the reader trap`() {
        let seed = TestEnvironment.seed()
        var generator = SplitMix64(seed: seed)
        let good = Array(
            #"{"id":"a1","verb":"start","targets":["web@1","/x+/"],"wait":-12,"x":[1.5e3,true,null,"\u00e4\ud83d\ude00\n"]}"#
                .utf8)
        let nasty: [UInt8] = Array("{}[]\",:\\u0dD8eE+-. \n\u{0}".utf8) + [0x80, 0xC0, 0xED, 0xF4, 0xFF]
        let rounds = TestEnvironment.isLong ? 3_000_000 : 60_000
        var read = 0
        for _ in 0..<rounds {
            var bytes = good
            for _ in 0...Int(generator.next() % 4) {
                let place = Int(generator.next() % UInt64(bytes.count))
                switch generator.next() % 5 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
                case 1: bytes[place] = nasty[Int(generator.next() % UInt64(nasty.count))]
                case 2: bytes.remove(at: place)
                case 3: bytes.insert(nasty[Int(generator.next() % UInt64(nasty.count))], at: place)
                default: bytes.removeSubrange(place...)
                }
                if bytes.isEmpty { bytes = [0x22] }
            }
            do throws(JSONError) {
                let value = try JSONReader.read(bytes)
                read += 1
                if try JSONReader.read(JSONWriter.bytes(of: value)) != value { Issue.record("HOB_SEED=\(seed)") }
                _ = try Request(json: value)
            } catch {
                if error.offset < 0 || error.offset > bytes.count { Issue.record("HOB_SEED=\(seed): \(error)") }
            }
        }
        print("JSON mutations: \(rounds), \(read) still JSON, seed \(seed)")
    }
}
