/// Reads the TZif format of RFC 8536: bounded by the bytes there are, and trapping on none.
///
///     head  block (32-bit times)  [head  block (64-bit times)  \n rule \n]      the bracket from version 2 on
struct ZoneFileReader {
    /// More than the largest zone there is needs by far.
    static let mostBytes = 1 << 18

    /// The counts of a head, all within the bytes that there are.
    private struct Head {
        var version: UInt8
        var universal: Int
        var standard: Int
        var leaps: Int
        var times: Int
        var types: Int
        var characters: Int

        func size(timeSize: Int) -> Int {
            times * (timeSize + 1) + types * 6 + characters + leaps * (timeSize + 4) + standard + universal
        }
    }

    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func zone() throws(ZoneError) -> ZoneRules {
        guard bytes.count <= Self.mostBytes else {
            throw ZoneError(.notAZoneFile, "\(bytes.count) bytes are too many for a zone file")
        }
        let head = try head()
        if head.version == 0 { return try zone(head, timeSize: 4, rule: nil) }
        try skip(head.size(timeSize: 4))
        let second = try self.head()
        let end = place + second.size(timeSize: 8)
        let rule = try rule(at: end)
        return try zone(second, timeSize: 8, rule: rule)
    }

    private mutating func head() throws(ZoneError) -> Head {
        guard bytes.count - place >= 44, bytes[place..<(place + 4)].elementsEqual("TZif".utf8) else {
            throw ZoneError(.notAZoneFile, "these bytes do not begin like a zone file (TZif)")
        }
        let version = bytes[place + 4]
        place += 20
        var counts: [Int] = []
        for _ in 0..<6 {
            let count = Int(try integer(4))
            // A count that is beyond all bytes cannot be right, and must not be multiplied.
            guard (0...Self.mostBytes).contains(count) else { throw Self.truncated }
            counts.append(count)
        }
        let head = Head(
            version: version, universal: counts[0], standard: counts[1], leaps: counts[2], times: counts[3],
            types: counts[4], characters: counts[5])
        guard head.types > 0, head.types <= 256 else {
            throw ZoneError(.malformed, "a zone has 1 to 256 kinds of local time, not \(head.types)")
        }
        return head
    }

    private mutating func zone(_ head: Head, timeSize: Int, rule: YearlyRule?) throws(ZoneError) -> ZoneRules {
        guard bytes.count - place >= head.size(timeSize: timeSize) else { throw Self.truncated }
        guard head.leaps == 0 else {
            throw ZoneError(.leapSeconds, "its times count leap seconds: use the zone's file outside of right/")
        }
        var seconds: [Int64] = []
        for _ in 0..<head.times {
            let second = try integer(timeSize)
            if let last = seconds.last, second <= last { throw ZoneError(.malformed, "its changes are not in order") }
            seconds.append(second)
        }
        let kinds = bytes[place..<(place + head.times)]
        place += head.times
        var offsets: [Int64] = []
        for _ in 0..<head.types {
            let offset = try integer(4)
            guard (-93_600...93_600).contains(offset) else {
                throw ZoneError(.malformed, "an offset of \(offset) s from UTC is none: at most 26 hours are")
            }
            offsets.append(offset)
            try skip(2)
        }
        var initialOffset = offsets[0]
        var transitions: [ZoneRules.Transition] = []
        for (second, kind) in zip(seconds, kinds) {
            guard Int(kind) < offsets.count else {
                throw ZoneError(.malformed, "a change to local time \(kind) of \(offsets.count)")
            }
            // Some files begin with the Big Bang; no schedule looks there, nor beyond the year 9999.
            if second < -Schedule.endOfTime { initialOffset = offsets[Int(kind)] }
            guard (-Schedule.endOfTime..<Schedule.endOfTime).contains(second) else { continue }
            transitions.append(ZoneRules.Transition(second: second, offset: offsets[Int(kind)]))
        }
        return ZoneRules(transitions: transitions, initialOffset: initialOffset, rule: rule)
    }

    /// The line behind the second block; nil when it is empty.
    private func rule(at start: Int) throws(ZoneError) -> YearlyRule? {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "\n"),
            let end = bytes[(start + 1)...].firstIndex(of: UInt8(ascii: "\n"))
        else { throw Self.truncated }
        let text = bytes[(start + 1)..<end]
        if text.isEmpty { return nil }
        guard text.count <= 256, let rule = YearlyRuleParser.rule(text) else {
            throw ZoneError(.malformed, "its last line is no rule in the manner of TZ")
        }
        return rule
    }

    private mutating func skip(_ count: Int) throws(ZoneError) {
        guard bytes.count - place >= count else { throw Self.truncated }
        place += count
    }

    /// A big-endian number with a sign.
    private mutating func integer(_ size: Int) throws(ZoneError) -> Int64 {
        guard bytes.count - place >= size else { throw Self.truncated }
        var value: UInt64 = 0
        for byte in bytes[place..<(place + size)] { value = value << 8 | UInt64(byte) }
        place += size
        return size == 4 ? Int64(Int32(truncatingIfNeeded: value)) : Int64(bitPattern: value)
    }

    private static let truncated = ZoneError(.truncated, "the zone file ends too early")
}

extension ZoneRules {
    /// Reads a zone file, in the format that lies in the system's directory of zones.
    ///
    /// - Parameter bytes: All of the file; at most 256 KiB.
    /// - Throws: ``ZoneError`` for bytes that are none.
    public init(tzif bytes: [UInt8]) throws(ZoneError) {
        var reader = ZoneFileReader(bytes)
        self = try reader.zone()
    }
}
