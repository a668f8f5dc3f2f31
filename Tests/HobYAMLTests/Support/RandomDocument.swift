import HobPolicy

/// Writes documents at random, the same ones for the same seed: all forms of values, laid out in all ways.
struct RandomDocument {
    private var random: SplitMix64
    private var anchors: [String] = []
    private var lineEnd = "\n"

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
    }

    /// The next document.
    mutating func next() -> [UInt8] {
        anchors = []
        lineEnd = chance(10) ? "\r\n" : chance(40) ? "\r" : "\n"
        var text = ""
        if chance(12) {
            text += "%YAML 1.\(Int.random(in: 1...2, using: &random))\n---\n"
        } else if chance(8) {
            text += "---\n"
        }
        if chance(8) { text += "# a comment\n" }
        text += node(indent: 0, depth: 0, isRoot: true)
        if chance(12) { text += "...\n" }
        if chance(8), text.hasSuffix("\n") { text.removeLast() }
        if lineEnd != "\n" { text = String(text.flatMap { $0 == "\n" ? Array(lineEnd) : [$0] }) }
        var bytes = Array(text.utf8)
        if chance(25) { bytes = [0xEF, 0xBB, 0xBF] + bytes }
        return bytes
    }

    private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &random)]
    }

    private func pad(_ count: Int) -> String { String(repeating: " ", count: count) }

    // MARK: - Block style; each ends its line

    /// A value in lines of its own, each indented by at least so much.
    private mutating func node(indent: Int, depth: Int, isRoot: Bool = false) -> String {
        switch Int.random(in: 0..<10, using: &random) {
        case 0...4 where depth < 5: return mapping(indent: indent, depth: depth)
        case 5...7 where depth < 5: return sequence(indent: indent, depth: depth)
        default: return pad(indent) + inline(indent: indent, depth: depth)
        }
    }

    private mutating func mapping(indent: Int, depth: Int) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            text += noise(indent)
            if chance(15) {
                text += pad(indent) + "? " + compact(indent: indent + 2, depth: depth, isKey: true)
                if !chance(5) { text += pad(indent) + ": " + compact(indent: indent + 2, depth: depth) }
            } else {
                text +=
                    pad(indent) + property(6) + key() + (chance(12) ? " :" : ":") + value(indent: indent, depth: depth)
            }
        }
        return text
    }

    /// What follows a key.
    private mutating func value(indent: Int, depth: Int) -> String {
        let step = pick([1, 2, 2, 2, 4])
        let head = chance(8) ? " " + property(1).dropLast() : ""
        switch Int.random(in: 0..<9, using: &random) {
        case 0 where depth < 5, 1 where depth < 5:
            return head + comment() + "\n" + mapping(indent: indent + step, depth: depth + 1)
        case 2 where depth < 5:
            return head + comment() + "\n" + sequence(indent: indent + pick([0, step]), depth: depth + 1)
        case 3: return head + comment() + "\n"
        case 4: return head + comment() + "\n" + pad(indent + step) + inline(indent: indent + step, depth: depth)
        default: return pick([" ", " ", " ", "  ", "\t"]) + inline(indent: indent + 1, depth: depth)
        }
    }

    private mutating func sequence(indent: Int, depth: Int) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let gap = pick([" ", " ", "   "])
            text += noise(indent) + pad(indent) + "-" + gap
            text += chance(9) ? comment() + "\n" : compact(indent: indent + 1 + gap.count, depth: depth)
        }
        return text
    }

    /// A value whose first line is already begun.
    private mutating func compact(indent: Int, depth: Int, isKey: Bool = false) -> String {
        if !isKey, depth < 5, chance(3) {
            return String(
                (chance(2) ? mapping(indent: indent, depth: depth + 1) : sequence(indent: indent, depth: depth + 1))
                    .drop { $0 == " " })
        }
        return inline(indent: indent, depth: depth)
    }

    /// A value that ends its line.
    private mutating func inline(indent: Int, depth: Int) -> String {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: return property(5) + block(indent: indent)
        case 1, 2: return property(6) + flow(indent: indent, depth: depth + 1) + comment() + "\n"
        case 3 where !anchors.isEmpty: return "*" + pick(anchors) + comment() + "\n"
        case 4: return property(6) + plain() + "\n" + pad(indent) + plain() + comment() + "\n"
        case 5: return property(6) + quoted(indent: indent) + comment() + "\n"
        default: return property(6) + plain() + comment() + "\n"
        }
    }

    private mutating func block(indent: Int) -> String {
        var text = pick(["|", ">"])
        let step = pick([1, 2, 3])
        let digit = chance(4) ? "\(step)" : ""
        let chomping = pick(["", "", "-", "+"])
        text += chance(2) ? digit + chomping : chomping + digit
        text += comment() + "\n"
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            switch Int.random(in: 0..<5, using: &random) {
            case 0: text += pick(["", "", pad(indent)]) + "\n"
            case 1: text += pad(indent + step) + pick(["  ", " ", "\t"]) + "more" + "\n"
            default:
                text += pad(indent + step) + pick(["a: b", "word", "- x # y", "é \"q\"", "trailing  ", "..."]) + "\n"
            }
        }
        return text
    }

    // MARK: - Within a line

    private mutating func flow(indent: Int, depth: Int) -> String {
        let gap = { (document: inout RandomDocument) in
            document.pick(["", "", " ", "\n" + document.pad(indent + 1), " # c\n" + document.pad(indent + 1)])
        }
        let isList = chance(2)
        var parts: [String] = []
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            var part = gap(&self)
            if !isList || chance(5) {
                part += chance(12) ? "? " : ""
                part += key() + pick([": ", ": ", " : ", ":\n" + pad(indent + 1)])
                if chance(8) { part.removeLast(part.hasSuffix(" ") ? 1 : 0); part += " " }
            }
            if !chance(12) { part += flowValue(indent: indent, depth: depth) }
            parts.append(part + gap(&self))
        }
        var text = parts.joined(separator: ",")
        if chance(8), !parts.isEmpty { text += "," }
        return isList ? "[\(text)]" : "{\(text)}"
    }

    private mutating func flowValue(indent: Int, depth: Int) -> String {
        switch Int.random(in: 0..<8, using: &random) {
        case 0 where depth < 4, 1 where depth < 4: return property(8) + flow(indent: indent, depth: depth + 1)
        case 2: return property(8) + quoted(indent: indent + 1)
        case 3 where !anchors.isEmpty: return "*" + pick(anchors) + " "
        default:
            return property(8)
                + pick(["a", "b c", "1.5", "x:y", "-1", "http://x/y?z", "é", "a\n" + pad(indent + 1) + "b"])
        }
    }

    private mutating func key() -> String {
        switch Int.random(in: 0..<14, using: &random) {
        case 0: "\"k \(Int.random(in: 0..<999, using: &random))\""
        case 1: "'k''\(Int.random(in: 0..<999, using: &random))'"
        case 2: "<<"
        case 3: "ключ\(Int.random(in: 0..<999, using: &random))"
        case 4: "a b-\(Int.random(in: 0..<999, using: &random))"
        case 5: pick(["[a]", "{a: b}", "a", "\"\""])
        default: "k\(Int.random(in: 0..<9_999, using: &random))"
        }
    }

    private mutating func plain() -> String {
        pick([
            "word", "two words", "a:b", "a#b", "-x", "?x", ":x", "1.5", "~", "null", "http://h:80/p?q=1#f", "é ü 漢",
            "it's", "say \"x\"", "50%", "a, b", "[x", "a - b", "--- x", "x @y", "a  b", "tab\tin", "<<", "-",
            "a [b] {c}",
        ])
    }

    private mutating func quoted(indent: Int) -> String {
        let fold = "\n" + pick(["", "\n", " \n"]) + pad(indent)
        if chance(2) { return "'" + pick(["", "a", "it''s", "a # b", "a: b", " a ", "x\(fold)y", "\\n", "''"]) + "'" }
        return "\""
            + pick([
                "", "a", "\\n\\t\\\\\\\"", "\\x41\\u00e9\\U0001F600", "a \\\n\(pad(indent))b", "x\(fold)y",
                "\\0\\a\\e\\_\\N\\L\\P",
                " a ", "\\/ \\  ", "x  \\\n\n\(pad(indent)) y", "\\x4", "\\q", "\\ud800",
            ]) + "\""
    }

    /// Before a value, at times: an anchor, a tag, or both.
    private mutating func property(_ one: Int) -> String {
        guard chance(one) else { return "" }
        let name = pick(["a", "b", "c-1", "D_2"])
        let anchor = "&\(name) "
        let tag = pick(["!!str ", "!x ", "! ", "!<tag:x,2000:y> ", "!!a%20b ", "!no!x "])
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return tag
        case 1:
            anchors.append(name)
            return anchor + tag
        default:
            anchors.append(name)
            return anchor
        }
    }

    private mutating func comment() -> String { chance(8) ? pick([" # c", "  #", " # : - ["]) : "" }

    private mutating func noise(_ indent: Int) -> String {
        chance(12) ? pick(["\n", "# c\n", pad(indent + 3) + "# c\n", pad(indent) + "\n", "  \n"]) : ""
    }
}
