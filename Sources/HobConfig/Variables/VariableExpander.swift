/// Resolves `${VAR}`, `${VAR:-default}`, `${VAR-default}`, `${VAR:?message}` and `${VAR?message}`; `$$` is a dollar,
/// and any other dollar means itself.
struct VariableExpander {
    /// A variable that cannot be resolved.
    struct Fault {
        /// The beginning of the reference as it was written, by which it is found in the file.
        let reference: String
        /// What is wrong.
        let message: String
        /// What would be right.
        let suggestion: String?
    }

    private static let dollar = UInt8(ascii: "$")
    private static let open = UInt8(ascii: "{")
    private static let close = UInt8(ascii: "}")
    /// Defaults within defaults; nobody needs three.
    private static let depthLimit = 10
    /// Faults beyond these say nothing new, and each is searched for in the file.
    private static let faultLimit = 20

    private let scope: VariableScope
    private(set) var faults: [Fault] = []

    /// Makes an expander.
    init(_ scope: VariableScope) {
        self.scope = scope
    }

    /// Resolves all variables of a text.
    static func expand(_ text: String, in scope: VariableScope) -> (text: ExpandedText, faults: [Fault]) {
        guard text.utf8.contains(dollar) else { return (ExpandedText(literal: text), []) }
        var expander = VariableExpander(scope)
        let bytes = Array(text.utf8)
        let result = expander.expand(bytes[...], depth: 0)
        return (result, expander.faults)
    }

    private mutating func expand(_ bytes: ArraySlice<UInt8>, depth: Int) -> ExpandedText {
        var result = ExpandedText()
        var literalStart = bytes.startIndex
        var offset = bytes.startIndex
        func flush(upTo end: Int) {
            if literalStart < end { result.append(literal: Self.string(bytes[literalStart..<end])) }
        }
        while let position = bytes[offset...].firstIndex(of: Self.dollar) {
            offset = position + 1
            guard offset < bytes.endIndex else { break }
            if bytes[offset] == Self.dollar {
                // The first dollar belongs to the text, the second is dropped.
                flush(upTo: offset)
                offset += 1
                literalStart = offset
            } else if bytes[offset] == Self.open {
                flush(upTo: position)
                let end = Self.end(ofReferenceAt: position, in: bytes)
                let body = bytes[offset + 1..<(end ?? bytes.endIndex)]
                if end == nil {
                    fault(body, "'${' without '}'", "close it, or write '$$' for a dollar")
                    return result
                }
                result.append(value(of: body, depth: depth))
                offset = body.endIndex + 1
                literalStart = offset
            }
        }
        flush(upTo: bytes.endIndex)
        return result
    }

    /// The value of what stands between the braces.
    private mutating func value(of body: ArraySlice<UInt8>, depth: Int) -> ExpandedText {
        let nameBytes = body.prefix(while: Self.isNameByte)
        let name = Self.string(nameBytes)
        guard let first = nameBytes.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            fault(
                body, "'${\(Self.shortened(body))}' is no variable", "write '$$' for a dollar that means itself")
            return ExpandedText()
        }
        var rest = body[nameBytes.endIndex...]
        let value = scope.value(of: name)
        if rest.isEmpty {
            if let value { return value }
            fault(body, "variable '\(name)' is not set", scope.remedy(for: name))
            return ExpandedText()
        }
        let isStrict = rest.first == UInt8(ascii: ":")
        if isStrict { rest = rest.dropFirst() }
        let isUsable = value.map { !isStrict || !$0.template.isEmpty } ?? false
        switch rest.first {
        case UInt8(ascii: "-"):
            if isUsable, let value { return value }
            guard depth < Self.depthLimit else {
                fault(body, "defaults are nested too deeply", nil)
                return ExpandedText()
            }
            return expand(rest.dropFirst(), depth: depth + 1)
        case UInt8(ascii: "?"):
            if isUsable, let value { return value }
            let reason = Self.string(rest.dropFirst())
            fault(body, "variable '\(name)' is required" + (reason.isEmpty ? "" : ": \(reason)"), nil)
            return ExpandedText()
        default:
            fault(
                body, "'${\(Self.shortened(body))}' is not understood",
                "write ${\(name)}, ${\(name):-default} or ${\(name):?message}")
            return ExpandedText()
        }
    }

    private mutating func fault(_ body: ArraySlice<UInt8>, _ message: String, _ suggestion: String?) {
        guard faults.count < Self.faultLimit else { return }
        let reference = "${" + Self.string(body.prefix(while: Self.isNameByte))
        faults.append(Fault(reference: reference, message: message, suggestion: suggestion))
    }

    /// The index of the brace that closes the reference which begins at a dollar; nil when there is none.
    static func end(ofReferenceAt start: Int, in bytes: ArraySlice<UInt8>) -> Int? {
        var depth = 0
        var offset = start
        while offset < bytes.endIndex {
            if bytes[offset] == dollar, offset + 1 < bytes.endIndex, bytes[offset + 1] == open {
                depth += 1
                offset += 1
            } else if bytes[offset] == close {
                depth -= 1
                if depth == 0 { return offset }
            }
            offset += 1
        }
        return nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    private static func shortened(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.count > 40 ? string(bytes.prefix(40)) + "…" : string(bytes)
    }

    private static func string(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes, as: UTF8.self)
    }
}
