/// Writes frames one behind the other.
package enum FrameWriter {
    /// The bytes before a frame's body: length, kind and id.
    static let headSize = 13
    /// What a text of this kind is cut to, at most.
    private static let longestShort = 0xFFFF

    /// Appends a frame.
    package static func append(_ frame: Frame, to bytes: inout [UInt8]) {
        let start = bytes.count
        append(UInt32(0), to: &bytes)
        switch frame {
        case .hello(let hello):
            begin(.hello, 0, &bytes)
            bytes.append(contentsOf: magic)
            append(hello.version, to: &bytes)
            append(hello.pid, to: &bytes)
            appendShort(hello.interface, to: &bytes)
            appendShort(hello.name, to: &bytes)
        case .refusal(let text):
            begin(.refusal, 0, &bytes)
            bytes.append(contentsOf: text.utf8)
        case .call(let id, let call):
            begin(.call, id, &bytes)
            append(call.budget, to: &bytes)
            appendShort(call.actor, to: &bytes)
            appendShort(call.target, to: &bytes)
            append(UInt16(truncatingIfNeeded: call.arguments.count), to: &bytes)
            for argument in call.arguments {
                append(UInt32(truncatingIfNeeded: argument.count), to: &bytes)
                bytes.append(contentsOf: argument)
            }
        case .reply(let id, let reply):
            begin(.reply, id, &bytes)
            append(reply, to: &bytes)
        case .cancel(let id): begin(.cancel, id, &bytes)
        case .goodbye: begin(.goodbye, 0, &bytes)
        }
        var length = UInt32(truncatingIfNeeded: bytes.count - start - 4)
        for place in (start..<start + 4).reversed() {
            bytes[place] = UInt8(truncatingIfNeeded: length)
            length >>= 8
        }
    }

    /// How many bytes a call takes, its head included.
    package static func size(of call: Frame.Call) -> Int {
        headSize + 8 + 2 + call.actor.utf8.count + 2 + call.target.utf8.count + 2
            + call.arguments.reduce(0) { $0 + 4 + $1.count }
    }

    /// How many bytes a reply takes, its head included.
    package static func size(of reply: Frame.Reply) -> Int {
        switch reply {
        case .value(let bytes): headSize + 1 + bytes.count
        case .nothing: headSize + 1
        case .thrown(let type, let text, let error):
            headSize + 1 + 2 + type.utf8.count + 4 + text.utf8.count + error.count
        case .refused(_, let text): headSize + 2 + text.utf8.count
        }
    }

    static let magic = Array("hob-link".utf8)

    private static func append(_ reply: Frame.Reply, to bytes: inout [UInt8]) {
        switch reply {
        case .value(let value):
            bytes.append(ReplyStatus.value.rawValue)
            bytes.append(contentsOf: value)
        case .nothing: bytes.append(ReplyStatus.nothing.rawValue)
        case .thrown(let type, let text, let error):
            bytes.append(ReplyStatus.thrown.rawValue)
            appendShort(type, to: &bytes)
            append(UInt32(truncatingIfNeeded: text.utf8.count), to: &bytes)
            bytes.append(contentsOf: text.utf8)
            bytes.append(contentsOf: error)
        case .refused(let refusal, let text):
            bytes.append(ReplyStatus.refused.rawValue)
            bytes.append(refusal.rawValue)
            bytes.append(contentsOf: text.utf8)
        }
    }

    private static func begin(_ kind: FrameKind, _ id: UInt64, _ bytes: inout [UInt8]) {
        bytes.append(kind.rawValue)
        append(id, to: &bytes)
    }

    private static func append<Value: FixedWidthInteger & UnsignedInteger>(_ value: Value, to bytes: inout [UInt8]) {
        for place in stride(from: Value.bitWidth - 8, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> Value(place)))
        }
    }

    /// A text with its length in two bytes; a longer one, which no name is, loses its end.
    private static func appendShort(_ text: String, to bytes: inout [UInt8]) {
        let utf8 = Array(text.utf8.prefix(longestShort))
        append(UInt16(utf8.count), to: &bytes)
        bytes.append(contentsOf: utf8)
    }
}

/// The first byte of a reply's body.
enum ReplyStatus: UInt8 {
    case value = 0
    case nothing
    case thrown
    case refused
}
