import HobAMQPCore

/// A table of fields: the only part of the protocol that nests.
enum AMQPTableBytes {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        let size = UInt32(clamping: bytes.count)
        let length = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: size >> $0) }
        // connection.start-ok: the table, then an empty mechanism, response and locale.
        try AMQPMethodBytes.check([0, 10, 0, 11] + length + bytes + [0, 0, 0, 0, 0, 0])
    }
}
