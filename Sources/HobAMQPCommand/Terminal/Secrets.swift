/// What must not be shown to everybody who looks over a shoulder or reads a log.
enum Secrets {
    /// The text with `***` for the password of every URL in it.
    static func hidden(in text: String) -> String {
        var result = ""
        var rest = Substring(text)
        while let start = rest.firstRange(of: "://") {
            result += rest[..<start.upperBound]
            rest = rest[start.upperBound...]
            let end = rest.firstIndex { $0 == "/" || $0.isWhitespace || $0 == "'" || $0 == "\"" } ?? rest.endIndex
            // The last one: a password may hold an unescaped @ itself.
            guard let at = rest[..<end].lastIndex(of: "@"), let colon = rest[..<at].firstIndex(of: ":") else {
                continue
            }
            result += rest[...colon] + "***"
            rest = rest[at...]
        }
        return result + rest
    }
}
