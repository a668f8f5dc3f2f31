import HobCoding

/// What another process may send as a Codable value.
enum MessageBytes {
    /// A value of every shape that Codable knows.
    private indirect enum Value: Codable, Equatable {
        case number(Int64)
        case small(UInt8)
        case fraction(Double)
        case short(Float)
        case flag(Bool)
        case text(String)
        case bytes([UInt8])
        case list([Value?])
        case fields([String: Value])
        case numbered([Int32: Value])
        case record(Record)
    }

    private struct Record: Codable, Equatable {
        var name: String
        var size: UInt?
        var parts: [[Int16]]
        var next: Value?
    }

    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        guard let value = try? MessageDecoder().decode(Value.self, from: bytes) else { return }
        guard let written = try? MessageEncoder().encode(value) else { throw FuzzFinding("\(value) cannot be written") }
        guard let back = try? MessageDecoder().decode(Value.self, from: written),
            let again = try? MessageEncoder().encode(back)
        else {
            throw FuzzFinding("\(value) cannot be read back")
        }
        // By their bytes: not-a-number is not equal to itself. The order of a dictionary's keys is free.
        try promise(again.count == written.count, "\(value) changes when it is sent on")
    }
}
