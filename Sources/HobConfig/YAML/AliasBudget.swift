/// Refuses texts whose aliases would unfold into more than anybody writes, before any parser looks at them.
///
/// It works on an upper bound: every `&name` and `*name` counts, in quotes and comments too, and an anchored value is
/// taken to reach up to the first use of its alias, which no value can outgrow. Parsers hash mapping keys, so a bomb
/// in a key would go off inside of them; what is left after this is counted exactly when the tree is built.
struct AliasBudget {
    /// The most aliases a file may use.
    static let aliasLimit = 1_000
    /// The most nodes a file may have once all aliases are unfolded.
    static let nodeLimit = 100_000
    /// The bound for the estimate, which may be many times too high.
    static let estimateLimit = 1_000_000

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
        guard bytes.contains(UInt8(ascii: "*")), bytes.contains(UInt8(ascii: "&")) else { return nil }
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
            case UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "-"), UInt8(ascii: "["), UInt8(ascii: "{"),
                UInt8(ascii: "?"), 0x0A:
                // Each node but the first follows one of these.
                weight += 2
            default: break
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
