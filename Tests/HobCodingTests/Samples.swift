/// The shapes that Codable can take.
struct Sample: Codable, Hashable {
    var name: String
    var size: Int?
    var parts: [[Int]?]
}

struct OldSample: Codable {
    var name: String
    var parts: [[Int]?]
}

struct Payload: Codable, Equatable {
    var bytes: [UInt8]
    var text: String
}

struct Nothing: Codable, Hashable {}

enum Colour: String, Codable { case red, blue }

indirect enum Shape: Codable, Hashable {
    case point
    case circle(radius: Double)
    case box(Int, Int)
    case named(name: String, [Shape])
}

struct Tree: Codable, Equatable {
    var value: Int
    var children: [Tree]
}

class Animal: Codable {
    let legs: Int
    init(legs: Int) { self.legs = legs }
}

/// Shares its superclass's container.
final class Wolf: Animal {
    let pack: String
    init(legs: Int, pack: String) {
        self.pack = pack
        super.init(legs: legs)
    }

    private enum Keys: CodingKey { case pack }
    required init(from decoder: any Decoder) throws {
        pack = try decoder.container(keyedBy: Keys.self).decode(String.self, forKey: .pack)
        try super.init(from: decoder)
    }
    override func encode(to encoder: any Encoder) throws {
        try super.encode(to: encoder)
        var container = encoder.container(keyedBy: Keys.self)
        try container.encode(pack, forKey: .pack)
    }
}

/// Gives its superclass a container of its own.
final class Fox: Animal {
    let den: String
    init(legs: Int, den: String) {
        self.den = den
        super.init(legs: legs)
    }

    private enum Keys: CodingKey { case den }
    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        den = try container.decode(String.self, forKey: .den)
        try super.init(from: container.superDecoder())
    }
    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        // Asked for before, and filled after, another value is written.
        let superEncoder = container.superEncoder()
        try container.encode(den, forKey: .den)
        try super.encode(to: superEncoder)
    }
}

/// Containers in containers, filled in turns.
struct Woven: Codable, Equatable {
    var numbers: [Int]
    var names: [String: String]
    var last: Bool

    init(numbers: [Int], names: [String: String], last: Bool) {
        self.numbers = numbers
        self.names = names
        self.last = last
    }

    private enum Keys: CodingKey { case numbers, names }
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        var whole = try decoder.unkeyedContainer()
        let keyed = try whole.nestedContainer(keyedBy: Keys.self)
        var row = try keyed.nestedUnkeyedContainer(forKey: .numbers)
        numbers = []
        while !row.isAtEnd { numbers.append(try row.decode(Int.self)) }
        let texts = try keyed.nestedContainer(keyedBy: Name.self, forKey: .names)
        names = [:]
        for key in texts.allKeys { names[key.stringValue] = try texts.decode(String.self, forKey: key) }
        let isNull = try whole.decodeNil()
        let flag = try whole.superDecoder().singleValueContainer().decode(Bool.self)
        last = isNull && flag
    }

    func encode(to encoder: any Encoder) throws {
        var whole = encoder.unkeyedContainer()
        var keyed = whole.nestedContainer(keyedBy: Keys.self)
        var row = keyed.nestedUnkeyedContainer(forKey: .numbers)
        var texts = keyed.nestedContainer(keyedBy: Name.self, forKey: .names)
        try whole.encodeNil()
        let flag = whole.superEncoder()
        var pairs = names.sorted { $0.key < $1.key }[...]
        for number in numbers {
            try row.encode(number)
            if let (key, value) = pairs.popFirst() { try texts.encode(value, forKey: Name(stringValue: key)) }
        }
        for (key, value) in pairs { try texts.encode(value, forKey: Name(stringValue: key)) }
        var single = flag.singleValueContainer()
        try single.encode(last)
    }
}

/// Writes something else when the first thing cannot be written.
struct Retrying: Encodable {
    private enum Keys: CodingKey { case a, b }
    private struct Refusing: Encodable {
        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode("half")
            throw CancellationError()
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try? container.encode(Refusing(), forKey: .b)
        var row = container.nestedUnkeyedContainer(forKey: .a)
        try? row.encode(Refusing())
        try row.encode(1)
    }
}

struct Informed: Codable {
    var who: String

    init(who: String) { self.who = who }
    init(from decoder: any Decoder) throws {
        let reader = decoder.userInfo.values.first as? String ?? "nobody"
        who = try decoder.singleValueContainer().decode(String.self) + " read by \(reader)"
    }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(encoder.userInfo.values.first as? String ?? "nobody")
    }
}

/// Contains itself.
final class Ring: Encodable {
    var next: Ring?
    private enum Keys: CodingKey { case next }
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Keys.self)
        try container.encodeIfPresent(next, forKey: .next)
    }
}

/// Written twice by mistake.
struct Twice: Encodable {
    func encode(to encoder: any Encoder) throws {
        _ = encoder.unkeyedContainer()
        _ = encoder.container(keyedBy: OneKey.self)
    }
    private enum OneKey: CodingKey { case one }
}
