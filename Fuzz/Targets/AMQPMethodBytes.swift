import HobAMQPCore

/// The payload of a method frame, as a server or what plays one may send it.
enum AMQPMethodBytes {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        guard let method = read(bytes) else { return }
        var writer = ByteWriter()
        // What is not UTF-8 is repaired, and the repaired text may be too long for its field.
        guard (try? writer.methodFrame(method, channel: 1, frameMax: .max)) != nil else { return }
        guard let again = read(Array(writer.bytes[7..<(writer.count - 1)])) else {
            throw FuzzFinding("\(method) cannot be read when it is sent on")
        }
        // By their bytes: a number that is none is not equal to itself.
        var second = ByteWriter()
        try promise(
            (try? second.methodFrame(again, channel: 1, frameMax: .max)) != nil && second.bytes == writer.bytes,
            "\(method) changes when it is sent on")
    }

    static func read(_ bytes: [UInt8]) -> Method? {
        bytes.withUnsafeBytes { try? Method(payload: $0) }
    }
}
