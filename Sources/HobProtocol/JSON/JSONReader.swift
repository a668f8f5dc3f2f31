/// Reads one JSON value out of bytes that may come from anybody: depth and size are bounded, nothing traps.
package struct JSONReader {
    /// How much a reader accepts.
    package struct Limits: Hashable, Sendable {
        /// The most bytes of one text.
        package var bytes: Int
        /// The deepest nesting.
        package var depth: Int

        /// Makes limits; the defaults suit the control socket.
        package init(bytes: Int = 1 << 20, depth: Int = 32) {
            self.bytes = bytes
            self.depth = depth
        }
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private let limits: Limits

    /// Reads the value that `text` consists of; blanks around it are allowed, anything else is not.
    package static func read(_ text: [UInt8], limits: Limits = Limits()) throws(JSONError) -> JSONValue {
        guard text.count <= limits.bytes else {
            throw JSONError(.tooLarge, "the text has \(text.count) bytes; at most \(limits.bytes) are allowed")
        }
        // withUnsafeBufferPointer cannot rethrow a typed error through a closure that also returns a value in place.
        let result: Result<JSONValue, JSONError> = text.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(bytes: buffer, limits: limits)
            do throws(JSONError) {
                let value = try reader.value(depth: 0)
                reader.skipBlanks()
                guard reader.position == buffer.count else {
                    throw JSONError(.trailingBytes, at: reader.position, "there is more after the value")
                }
                return .success(value)
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Reads the value that a string consists of.
    package static func read(_ text: String, limits: Limits = Limits()) throws(JSONError) -> JSONValue {
        try read(Array(text.utf8), limits: limits)
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, limits: Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < limits.depth else {
            throw JSONError(.tooDeep, at: position, "nested deeper than \(limits.depth) levels")
        }
        skipBlanks()
        guard position < bytes.count else { throw end() }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw unexpected("a value")
        }
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var members: [JSONMember] = []
        var names: Set<String> = []
        members.reserveCapacity(8)
        skipBlanks()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipBlanks()
            guard position < bytes.count else { throw end() }
            guard bytes[position] == UInt8(ascii: "\"") else { throw unexpected("a member's name") }
            let start = position
            let name = try string()
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw position < bytes.count ? unexpected("':'") : end() }
            let value = try value(depth: depth + 1)
            guard members.count < 4_096 else {
                throw JSONError(.tooLarge, at: start, "an object has more than 4096 members")
            }
            // Small objects are searched; beyond that the cost would be the square of what the sender chooses.
            if members.count == 16 { names.formUnion(members.map(\.name)) }
            let isKnown = members.count < 16 ? members.contains { $0.name == name } : !names.insert(name).inserted
            guard !isKnown else {
                throw JSONError(.duplicateName, at: start, "the member '\(name)' appears twice")
            }
            members.append(JSONMember(name, value))
            skipBlanks()
            if take(UInt8(ascii: ",")) { continue }
            if take(UInt8(ascii: "}")) { return .object(members) }
            throw position < bytes.count ? unexpected("',' or '}'") : end()
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var elements: [JSONValue] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipBlanks()
            if take(UInt8(ascii: ",")) { continue }
            if take(UInt8(ascii: "]")) { return .array(elements) }
            throw position < bytes.count ? unexpected("',' or ']'") : end()
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for index in 0..<text.utf8CodeUnitCount {
            guard position < bytes.count else { throw end() }
            // In bounds: index is below the word's own length.
            guard bytes[position] == text.utf8Start[index] else { throw unexpected("'\(text)'") }
            position += 1
        }
        return value
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        var isWhole = true
        _ = take(UInt8(ascii: "-"))
        let leadingZero = position < bytes.count && bytes[position] == UInt8(ascii: "0")
        let digits = skipDigits()
        guard digits > 0, !(leadingZero && digits > 1) else { throw malformed(start) }
        if take(UInt8(ascii: ".")) {
            isWhole = false
            guard skipDigits() > 0 else { throw malformed(start) }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            position += 1
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard skipDigits() > 0 else { throw malformed(start) }
        }
        guard position - start <= 64 else { throw malformed(start) }
        if isWhole, digits <= 18 { return .integer(wholeNumber(from: start)) }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw malformed(start) }
        return .number(number)
    }

    /// The number that ends here, of so few digits that it fits.
    private func wholeNumber(from start: Int) -> Int64 {
        let isNegative = bytes[start] == UInt8(ascii: "-")
        var value: Int64 = 0
        for byte in bytes[(isNegative ? start + 1 : start)..<position] {
            value = value &* 10 &+ Int64(byte &- UInt8(ascii: "0"))
        }
        return isNegative ? 0 &- value : value
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while position < bytes.count, bytes[position] >= UInt8(ascii: "0"), bytes[position] <= UInt8(ascii: "9") {
            position += 1
        }
        return position - start
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
            if bytes[position] == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard bytes[position] >= 0x20 else { throw unexpected("no control character inside a string") }
            position += 1
        }
        guard position < bytes.count else { throw end() }
        let text = try text(bytes[start..<position], at: start)
        position += 1
        return text
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var collected = Array(bytes[start..<position])
        while true {
            guard position < bytes.count else { throw end() }
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                let text = try text(collected[...], at: start)
                position += 1
                return text
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &collected)
            case 0..<0x20: throw unexpected("no control character inside a string")
            default:
                collected.append(byte)
                position += 1
            }
        }
    }

    private mutating func escape(into collected: inout [UInt8]) throws(JSONError) {
        guard position < bytes.count else { throw end() }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): collected.append(byte)
        case UInt8(ascii: "b"): collected.append(0x08)
        case UInt8(ascii: "f"): collected.append(0x0C)
        case UInt8(ascii: "n"): collected.append(0x0A)
        case UInt8(ascii: "r"): collected.append(0x0D)
        case UInt8(ascii: "t"): collected.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if code >= 0xD800, code < 0xDC00 {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw badEscape() }
                let low = try hexadecimal()
                guard low >= 0xDC00, low < 0xE000 else { throw badEscape() }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw badEscape() }
            collected.append(contentsOf: String(scalar).utf8)
        default: throw badEscape()
        }
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count else { throw end() }
            let byte = bytes[position]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw badEscape()
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    private func text(_ utf8: some Collection<UInt8>, at start: Int) throws(JSONError) -> String {
        guard let text = String(validating: utf8, as: UTF8.self) else {
            throw JSONError(.invalidUTF8, at: start, "the string is not valid UTF-8")
        }
        return text
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private func unexpected(_ wanted: String) -> JSONError {
        JSONError(.unexpectedByte, at: position, "expected \(wanted)")
    }

    private func end() -> JSONError {
        JSONError(.unexpectedEnd, at: bytes.count, "the text ends too early")
    }

    private func malformed(_ start: Int) -> JSONError {
        JSONError(.invalidNumber, at: start, "not a number")
    }

    private func badEscape() -> JSONError {
        JSONError(.invalidEscape, at: position, "unknown escape in a string")
    }
}
