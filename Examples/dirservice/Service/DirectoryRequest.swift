/// A request as it stands in a message: `path,seconds`, what to list and how long to take about it.
struct DirectoryRequest {
    let path: String
    let delay: Duration

    /// Reads one; the path may have commas of its own.
    init(_ text: String) throws(RequestError) {
        guard let comma = text.lastIndex(of: ","), comma != text.startIndex,
            let seconds = Double(text[text.index(after: comma)...]), (0...86_400).contains(seconds)
        else { throw RequestError(text: text) }
        path = String(text[..<comma])
        delay = .seconds(seconds)
    }
}

/// A request that cannot be read.
struct RequestError: Error, CustomStringConvertible {
    let text: String

    var description: String { "\"\(text.prefix(200))\" is not path,seconds" }
}
