import HobPolicy

/// Reads a URL from left to right, so that each complaint has its place.
struct AMQPURLParser {
    private let bytes: [UInt8]
    private var url = AMQPURL()

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    mutating func parse() throws(AMQPURLError) -> AMQPURL {
        let start = try scheme()
        let end = bytes.count
        let fragment = first("#", in: start..<end) ?? end
        guard fragment == end else {
            throw error(fragment, "a '#' has no meaning here; in a name or password it is written %23")
        }
        let question = first("?", in: start..<end) ?? end
        let slash = first("/", in: start..<question) ?? question
        // A password may hold an @ that should have been escaped; the last one ends it.
        let at = bytes[start..<slash].lastIndex(of: UInt8(ascii: "@"))
        if let at { try userInfo(start..<at) }
        try hosts((at.map { $0 + 1 } ?? start)..<slash)
        if slash < question { try virtualHost((slash + 1)..<question) }
        if question < end { try query((question + 1)..<end) }
        try checkTogether(question)
        return url
    }

    // MARK: The parts

    private mutating func scheme() throws(AMQPURLError) -> Int {
        for (scheme, usesTLS) in [("amqp://", false), ("amqps://", true)] {
            let length = scheme.utf8.count
            guard bytes.count >= length else { continue }
            let given = String(decoding: bytes[..<length], as: UTF8.self).lowercased()
            guard given == scheme else { continue }
            url.usesTLS = usesTLS
            url.hosts = [AMQPHost("localhost", port: usesTLS ? 5_671 : 5_672)]
            return length
        }
        // What stands there may be a password, so it is not repeated.
        throw error(0, "it must begin with amqp:// or, for TLS, amqps://")
    }

    private mutating func userInfo(_ range: Range<Int>) throws(AMQPURLError) {
        let colon = first(":", in: range) ?? range.upperBound
        url.user = try decoded(range.lowerBound..<colon)
        if colon < range.upperBound { url.password = try decoded((colon + 1)..<range.upperBound) }
    }

    private mutating func hosts(_ range: Range<Int>) throws(AMQPURLError) {
        guard !range.isEmpty else { return }
        var hosts: [AMQPHost] = []
        var start = range.lowerBound
        while start <= range.upperBound {
            let end = first(",", in: start..<range.upperBound) ?? range.upperBound
            hosts.append(try host(start..<end))
            start = end + 1
        }
        url.hosts = hosts
    }

    private func host(_ range: Range<Int>) throws(AMQPURLError) -> AMQPHost {
        let standard = url.usesTLS ? 5_671 : 5_672
        guard !range.isEmpty else { throw error(range.lowerBound, "a host is missing: host, host:port or [::1]:port") }
        if bytes[range.lowerBound] == UInt8(ascii: "[") {
            guard let close = first("]", in: range) else {
                throw error(range.lowerBound, "the bracket of an IPv6 address is not closed: [::1]:5672")
            }
            let name = String(decoding: bytes[(range.lowerBound + 1)..<close], as: UTF8.self)
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isInAddress) else {
                throw error(range.lowerBound + 1, "an IPv6 address as ::1 must stand in the brackets")
            }
            guard close + 1 < range.upperBound else { return AMQPHost(name, port: standard) }
            guard bytes[close + 1] == UInt8(ascii: ":") else {
                throw error(close + 1, "behind the bracket only a port may follow, as :5672")
            }
            return AMQPHost(name, port: try port((close + 2)..<range.upperBound))
        }
        let colon = first(":", in: range) ?? range.upperBound
        if colon < range.upperBound, first(":", in: (colon + 1)..<range.upperBound) != nil {
            throw error(range.lowerBound, "an IPv6 address stands in brackets: [::1]:5672")
        }
        let name = try decoded(range.lowerBound..<colon)
        guard !name.isEmpty else { throw error(range.lowerBound, "a host is missing before the port") }
        guard name.utf8.allSatisfy(Self.isInName) else {
            throw error(range.lowerBound, "the host holds a character that no host has")
        }
        guard colon < range.upperBound else { return AMQPHost(name, port: standard) }
        return AMQPHost(name, port: try port((colon + 1)..<range.upperBound))
    }

    /// Letters of any language, digits, and what names of containers and services hold besides.
    private static func isInName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    private static func isInAddress(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: ":"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private func port(_ range: Range<Int>) throws(AMQPURLError) -> Int {
        guard let port = number(range, UInt16.self), port > 0 else {
            throw error(range.lowerBound, "the port must be a number from 1 to 65535")
        }
        return Int(port)
    }

    private mutating func virtualHost(_ range: Range<Int>) throws(AMQPURLError) {
        if let slash = first("/", in: range) {
            throw error(slash, "a '/' in the name of a virtual host is written %2F")
        }
        let name = try decoded(range)
        guard name.utf8.count <= 255 else { throw error(range.lowerBound, "a virtual host has at most 255 bytes") }
        url.virtualHost = name.isEmpty ? "/" : name
    }

    // MARK: The query

    private static let keys = [
        "auth_mechanism", "cacertfile", "certfile", "channel_max", "connection_timeout", "frame_max", "heartbeat",
        "keyfile", "server_name_indication", "verify",
    ]

    private mutating func query(_ range: Range<Int>) throws(AMQPURLError) {
        var start = range.lowerBound
        while start < range.upperBound {
            let end = first("&", in: start..<range.upperBound) ?? range.upperBound
            if end > start { try parameter(start..<end) }
            start = end + 1
        }
    }

    private mutating func parameter(_ range: Range<Int>) throws(AMQPURLError) {
        let equals = first("=", in: range) ?? range.upperBound
        let key = try decoded(range.lowerBound..<equals)
        let start = min(equals + 1, range.upperBound)
        let value = start..<range.upperBound
        switch key {
        case "heartbeat": url.heartbeat = try number(value, key, UInt16.self, "seconds from 0 to 65535")
        case "channel_max": url.channelMax = try number(value, key, UInt16.self, "a number from 0 to 65535")
        case "frame_max":
            let size = try number(value, key, UInt32.self, "bytes from 4096 to 2147483647, or 0 for no limit")
            guard size == 0 || (Frame.smallestLimit...UInt32(Int32.max)).contains(size) else {
                throw error(start, "frame_max must be bytes from 4096 to 2147483647, or 0 for no limit")
            }
            url.frameMax = size
        case "connection_timeout":
            let milliseconds = try number(value, key, UInt32.self, "milliseconds, at least 1")
            guard milliseconds > 0 else { throw error(start, "connection_timeout must be milliseconds, at least 1") }
            url.connectionTimeout = .milliseconds(Int64(milliseconds))
        case "auth_mechanism":
            url.usesExternalLogin = try choice(value, key, yes: "external", no: "plain")
        case "verify": url.verifiesServer = try choice(value, key, yes: "verify_peer", no: "verify_none")
        case "cacertfile": url.trustedCertificates = try text(value, key)
        case "certfile": url.certificate = try text(value, key)
        case "keyfile": url.privateKey = try text(value, key)
        case "server_name_indication": url.serverName = try text(value, key)
        default:
            let hint = Spelling.didYouMean(key, among: Self.keys) ?? "known are \(Self.keys.joined(separator: ", "))"
            throw error(range.lowerBound, "the key is unknown; \(hint)")
        }
    }

    private func text(_ range: Range<Int>, _ key: String) throws(AMQPURLError) -> String {
        let text = try decoded(range)
        guard !text.isEmpty else { throw error(range.lowerBound, "\(key) needs a value") }
        return text
    }

    private func choice(_ range: Range<Int>, _ key: String, yes: String, no: String) throws(AMQPURLError) -> Bool {
        switch try decoded(range).lowercased() {
        case yes: return true
        case no: return false
        default: throw error(range.lowerBound, "\(key) must be \(yes) or \(no)")
        }
    }

    private func number<Number: FixedWidthInteger>(
        _ range: Range<Int>, _ key: String, _ type: Number.Type, _ right: String
    ) throws(AMQPURLError) -> Number {
        guard let number = number(range, type) else { throw error(range.lowerBound, "\(key) must be \(right)") }
        return number
    }

    private func number<Number: FixedWidthInteger>(_ range: Range<Int>, _ type: Number.Type) -> Number? {
        guard bytes[range].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return Number(String(decoding: bytes[range], as: UTF8.self))
    }

    private func checkTogether(_ question: Int) throws(AMQPURLError) {
        if !url.usesTLS, url.usesExternalLogin {
            throw error(question, "auth_mechanism=external needs TLS: amqps://")
        }
        let filesOfTLS = [url.trustedCertificates, url.certificate, url.privateKey, url.serverName]
        if !url.usesTLS, filesOfTLS.contains(where: { $0 != nil }) || !url.verifiesServer {
            throw error(question, "certificates and their verification need TLS: amqps://")
        }
        if (url.certificate == nil) != (url.privateKey == nil) {
            throw error(question, "certfile and keyfile are given together or not at all")
        }
    }

    // MARK: Bytes

    private func first(_ character: Unicode.Scalar, in range: Range<Int>) -> Int? {
        bytes[range].firstIndex(of: UInt8(ascii: character))
    }

    private func error(_ index: Int, _ message: String) -> AMQPURLError {
        AMQPURLError(
            column: String(decoding: bytes[..<min(index, bytes.count)], as: UTF8.self).count + 1, message: message)
    }

    private func decoded(_ range: Range<Int>) throws(AMQPURLError) -> String {
        var result: [UInt8] = []
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            guard byte == UInt8(ascii: "%") else {
                result.append(byte)
                index += 1
                continue
            }
            guard index + 2 < range.upperBound, let high = Self.digit(bytes[index + 1]),
                let low = Self.digit(bytes[index + 2])
            else { throw error(index, "behind '%' two hexadecimal digits must follow; a '%' itself is written %25") }
            result.append(high << 4 | low)
            index += 3
        }
        guard let text = String(validating: result, as: UTF8.self) else {
            throw error(range.lowerBound, "what is written with '%' here is not UTF-8")
        }
        return text
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// What a URL reserves, written with `%`.
    static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".unicodeScalars)
        var result = String.UnicodeScalarView()
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(Unicode.Scalar(byte))
            default:
                result.append("%")
                result.append(digits[Int(byte >> 4)])
                result.append(digits[Int(byte & 15)])
            }
        }
        return String(result)
    }
}
