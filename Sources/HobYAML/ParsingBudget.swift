/// Refuses texts that would cost a parser far more than their length, before any parser looks at them.
///
/// It works on upper bounds, without knowing what is quoted or a comment. Aliases: an anchored value is taken to reach
/// up to the first use of its alias, which no value can outgrow. Nesting: parsers hash mapping keys, each level anew,
/// so that the depths of all brackets are added up. A bomb in a key would go off inside of the parser; whatever is left
/// after this is counted exactly when the tree is built.
struct ParsingBudget {
    /// The most aliases a file may use.
    static let aliasLimit = 1_000
    /// The most nodes a file may have once all aliases are unfolded.
    static let nodeLimit = 100_000
    /// The bound for the estimate, which may be many times too high.
    static let estimateLimit = 1_000_000
    /// The most that the depths of all brackets may add up to; a hundred thousand values have five levels or so.
    static let nestingLimit = 5_000_000

    /// What is known of one anchor.
    private struct Anchor {
        /// The running weight when it began.
        var start: Int
        /// Its weight once it was used; a second anchor of the name makes the bound grow with each use.
        var weight: Int?
        var isAmbiguous = false
    }

    /// The diagnostic for a text that would unfold too far; nil for all others.
    static func violation(in source: SourceText) -> Diagnostic? {
        let bytes = source.bytes
        var depth = 0
        var keys = 0
        var nesting = 0
        var anchors: [ArraySlice<UInt8>: Anchor] = [:]
        var weight = 0
        var aliases = 0
        var offset = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            let begin = offset
            offset += 1
            switch byte {
            case UInt8(ascii: "&"), UInt8(ascii: "*"):
                while offset < bytes.count, isNameByte(bytes[offset]) { offset += 1 }
                let name = bytes[begin + 1..<offset]
                if name.isEmpty { continue }
                if byte == UInt8(ascii: "&") {
                    if anchors[name] == nil {
                        anchors[name] = Anchor(start: weight)
                    } else {
                        anchors[name]?.isAmbiguous = true
                    }
                    continue
                }
                guard var anchor = anchors[name] else { continue }
                let size = anchor.isAmbiguous ? weight - anchor.start : anchor.weight ?? weight - anchor.start
                anchor.weight = size
                anchors[name] = anchor
                aliases += 1
                weight += size
                if aliases > aliasLimit || weight > estimateLimit {
                    return Diagnostic(
                        source.place(atByte: begin),
                        "the aliases up to here stand for more than a configuration may hold: "
                            + "write the values out, or use fewer aliases")
                }
            // Each node but the first follows one of these.
            case UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "-"): weight += 2
            case 0x0A:
                weight += 2
                keys = 0
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                weight += 2
                depth += 1
                nesting += depth
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            case UInt8(ascii: "?") where offset < bytes.count && bytes[offset] == UInt8(ascii: " "):
                // Keys within keys; over several lines each is indented more, and the text itself grows as fast.
                weight += 2
                keys += 1
                nesting += keys
            default: break
            }
            if nesting > nestingLimit {
                return Diagnostic(
                    source.place(atByte: begin), "brackets within brackets, too deep and too often up to here",
                    suggestion: "close them, or quote those that are text")
            }
        }
        return nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
