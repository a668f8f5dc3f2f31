/// The least of HTTP/1.1 that a probe needs: one GET, and the status line of its answer.
package struct HTTPExchange {
    /// What an answer has come to.
    package enum Answer: Hashable {
        /// The status line is not complete.
        case incomplete
        /// The status.
        case status(Int)
        /// It is no HTTP.
        case malformed
    }

    /// So much of an answer is read at most.
    static let longestStatusLine = 8192

    private var line: [UInt8] = []

    /// Begins to wait for an answer.
    package init() {}

    /// The request. Control bytes, which could end a line early, become percent signs.
    static func request(host: String, path: String, userAgent: String) -> [UInt8] {
        func clean(_ text: String) -> String {
            String(text.unicodeScalars.map { $0.value <= 0x20 || $0.value == 0x7f ? "%" : Character($0) })
        }
        let target = path.hasPrefix("/") ? path : "/" + path
        let lines = [
            "GET \(clean(target)) HTTP/1.1", "Host: \(clean(host))", "User-Agent: \(clean(userAgent))",
            "Accept: */*", "Connection: close", "", "",
        ]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    /// Takes the next bytes of the answer.
    package mutating func receive(_ bytes: UnsafeRawBufferPointer) -> Answer {
        for byte in bytes {
            if byte == UInt8(ascii: "\n") { return Self.status(of: line) }
            guard line.count < Self.longestStatusLine else { return .malformed }
            line.append(byte)
        }
        return .incomplete
    }

    /// `HTTP/1.1 200 OK`: the version, one blank, three digits.
    private static func status(of line: [UInt8]) -> Answer {
        let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard words.count >= 2, words[0].starts(with: "HTTP/1.".utf8) else { return .malformed }
        let digits = words[1].prefix { $0 != UInt8(ascii: "\r") }
        guard digits.count == 3, let status = Int(String(decoding: digits, as: UTF8.self)), status >= 100 else {
            return .malformed
        }
        return .status(status)
    }
}
