import HobCoding
import Testing

/// What is written must be read as it was.
@Suite struct RoundTripTests {
    private func copy<Value: Codable>(_ value: Value) throws -> Value {
        try MessageDecoder().decode(from: try MessageEncoder().encode(value))
    }

    private func keeps<Value: Codable & Equatable>(_ value: Value, _ location: SourceLocation = #_sourceLocation) throws
    {
        let back = try copy(value)
        #expect(back == value, sourceLocation: location)
    }

    @Test func `numbers of every width keep their limits`() throws {
        try keeps([Int.min, -1, 0, 23, 24, 255, 256, 65_535, 65_536, 1 << 32, .max])
        try keeps([Int8.min, .max])
        try keeps([Int16.min, .max])
        try keeps([Int32.min, .max])
        try keeps([Int64.min, .max])
        try keeps([UInt8.min, .max] as Set<UInt8>)
        try keeps([UInt16.min, .max])
        try keeps([UInt32.min, .max])
        try keeps([UInt64.min, .max])
        try keeps([UInt.min, .max])
        try keeps(-1)
    }

    @Test func `floating-point numbers keep infinity, zero's sign and not-a-number`() throws {
        try keeps([0.1, -.infinity, .infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude])
        try keeps([Float(0.1), -.infinity, .infinity, .leastNonzeroMagnitude])
        #expect(try copy(Double.nan).isNaN)
        #expect(try copy([Float.nan])[0].isNaN)
        #expect(try copy(-0.0).sign == .minus)
    }

    @Test func `texts and bytes of every length of head`() throws {
        for length in [0, 1, 23, 24, 255, 256, 65_535, 65_536] {
            try keeps(String(repeating: "x", count: length))
            try keeps([UInt8](repeating: 7, count: length))
        }
        try keeps("häß\u{0} 🐘")
        #expect(try MessageEncoder().encode([UInt8](repeating: 1, count: 3)) == [0x43, 1, 1, 1])
    }

    @Test func `an empty array of numbers is an array, not bytes`() throws {
        #expect(try MessageEncoder().encode([Int]()) == [0x80])
        #expect(try MessageEncoder().encode([UInt8]()) == [0x40])
        try keeps([Int]())
        try keeps([[UInt8]]())
        try keeps([[UInt8](), [1]])
    }

    @Test func `optionals, in fields and in arrays`() throws {
        try keeps([1, nil, 3])
        try keeps(Int?.none)
        try keeps([String: Int?](dictionaryLiteral: ("a", nil), ("b", 2)))
        try keeps(Sample(name: "x", size: nil, parts: [nil, [1]]))
    }

    @Test func `dictionaries with texts, numbers and other keys`() throws {
        try keeps(["a": 1, "b": 2])
        try keeps([1: "a", -2: "b"])
        try keeps([Shape.circle(radius: 1): "a", .point: "b"])
        try keeps(Dictionary(uniqueKeysWithValues: (0..<1_000).map { ("key \($0)", $0) }))
    }

    @Test func `enums with and without payload`() throws {
        try keeps([Shape.point, .circle(radius: 2.5), .box(3, 4), .named(name: "x", [.point])])
        try keeps([Colour.red, .blue])
    }

    @Test func `values of the standard library`() throws {
        try keeps(Duration.seconds(-3) + .nanoseconds(7))
        try keeps(1..<7)
        try keeps(Set(["a", "b"]))
        try keeps(Tree(value: 1, children: [Tree(value: 2, children: [])]))
    }

    @Test func `a subclass and its superclass, in one container and in two`() throws {
        let wolf = try copy(Wolf(legs: 4, pack: "north"))
        #expect(wolf.legs == 4)
        #expect(wolf.pack == "north")
        let fox = try copy([Fox(legs: 3, den: "hill")])
        #expect(fox[0].legs == 3)
        #expect(fox[0].den == "hill")
    }

    @Test func `containers by hand, written in turns`() throws {
        try keeps(Woven(numbers: [1, 2], names: ["a": "x", "b": "y"], last: true))
    }

    @Test func `what encodes nothing is an empty map`() throws {
        #expect(try MessageEncoder().encode(Nothing()) == [0xA0])
        try keeps([Nothing(), Nothing()])
    }

    @Test func `fields that only one side knows`() throws {
        let new = Sample(name: "x", size: 3, parts: [])
        let old = try MessageDecoder().decode(OldSample.self, from: try MessageEncoder().encode(new))
        #expect(old.name == "x")
        let back = try MessageDecoder().decode(
            Sample.self, from: try MessageEncoder().encode(OldSample(name: "y", parts: [])))
        #expect(back == Sample(name: "y", size: nil, parts: []))
    }

    @Test func `a value whose writing fails leaves nothing behind`() throws {
        #expect(try MessageEncoder().encode(Retrying()) == [0xA1, 0x61, 0x61, 0x81, 0x01])
    }

    @Test func `the userInfo reaches the type`() throws {
        let key = try #require(CodingUserInfoKey(rawValue: "who"))
        let bytes = try MessageEncoder(userInfo: [key: "me"]).encode(Informed(who: ""))
        #expect(try MessageDecoder(userInfo: [key: "you"]).decode(Informed.self, from: bytes).who == "me read by you")
    }

    @Test func `a megabyte of bytes or text takes milliseconds`() throws {
        let bytes = [UInt8](repeating: 9, count: 1 << 20)
        let text = String(repeating: "elephant", count: 1 << 17)
        let payload = Payload(bytes: bytes, text: text)
        let start = ContinuousClock.now
        let back = try copy(payload)
        let took = ContinuousClock.now - start
        #expect(back == payload)
        // A byte at a time through Codable would be a hundred times as long.
        #expect(took < .seconds(5))
        print("2 MB there and back: \(took)")
    }
}
