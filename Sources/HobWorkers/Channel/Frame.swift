/// A message on the wire: `length: UInt32 · kind: UInt8 · id: UInt64 · payload`, numbers with the highest byte first.
struct Frame: Hashable, Sendable {
    static let headerSize = 13

    var kind: UInt8
    var id: UInt64
    var payload: [UInt8]

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerSize + payload.count)
        let length = UInt32(clamping: payload.count)
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: length >> shift))
        }
        bytes.append(kind)
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: id >> shift))
        }
        bytes += payload
        return bytes
    }
}
