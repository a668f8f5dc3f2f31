/// Looks once over all bytes before any type sees them: afterwards every item is known to be whole and not too deep.
enum StructureCheck {
    static func check(_ bytes: [UInt8], limits: MessageLimits) throws(MessageCodingError) {
        guard bytes.count <= limits.bytes else {
            throw malformed("the message has \(bytes.count) bytes, and \(limits.bytes) are allowed")
        }
        let finding = bytes.withUnsafeBytes { walk($0, depth: limits.depth) }
        if let finding { throw malformed(finding) }
    }

    /// What is wrong; nil when nothing is.
    private static func walk(_ bytes: UnsafeRawBufferPointer, depth: Int) -> String? {
        // How many items each open container still wants, the innermost last.
        var open: [Int] = []
        var offset = 0
        repeat {
            guard let head = ItemHead(bytes, at: offset) else {
                guard offset < bytes.count else { return "the message ends at byte \(offset), where a value must be" }
                return "at byte \(offset) begins no value that is whole and of a known form"
            }
            let rest = bytes.count - head.end
            var items = 0
            switch head.type {
            case .unsigned, .negative: break
            case .bytes, .text:
                guard head.argument <= UInt64(rest) else {
                    return "the value at byte \(offset) says it has \(head.argument) bytes, and \(rest) are left"
                }
            case .array, .map:
                // Every element has at least one byte, every pair two.
                let each = head.type == .map ? 2 : 1
                guard head.argument <= UInt64(rest / each) else {
                    return "the container at byte \(offset) says it has \(head.argument) elements, "
                        + "and \(rest) bytes are left"
                }
                guard open.count < depth else { return "it is deeper than \(depth) containers at byte \(offset)" }
                items = Int(head.argument) * each
            case .tag: return "the tag at byte \(offset) has no meaning here"
            case .simple:
                guard isKnown(head.first) else {
                    return "the byte \(head.first) at byte \(offset) begins no value that is known here"
                }
            }
            offset = head.end
            if head.type == .bytes || head.type == .text { offset += Int(head.argument) }
            if items > 0 {
                open.append(items)
            } else {
                // The item is complete, and with it perhaps the containers that it was the last of.
                while let last = open.indices.last {
                    open[last] -= 1
                    if open[last] > 0 { break }
                    open.removeLast()
                }
            }
        } while !open.isEmpty
        return offset == bytes.count
            ? nil : "\(bytes.count - offset) bytes follow the value, which ends at byte \(offset)"
    }

    private static func isKnown(_ first: UInt8) -> Bool {
        switch first {
        case SimpleByte.isFalse, SimpleByte.isTrue, SimpleByte.null, SimpleByte.half, SimpleByte.float,
            SimpleByte.double:
            true
        default: false
        }
    }

    private static func malformed(_ message: String) -> MessageCodingError {
        MessageCodingError(.malformed, at: "", message)
    }
}
