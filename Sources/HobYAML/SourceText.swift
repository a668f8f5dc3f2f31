/// The text of one file, proven to be UTF-8, with the positions of its lines.
package struct SourceText: Sendable {
    /// The path, as the caller named it.
    package let file: String
    /// The text without a byte order mark.
    package let bytes: [UInt8]
    private let lineStarts: [Int]

    /// Takes the bytes of a file.
    ///
    /// - Throws: the place of the first byte that is no UTF-8, or of a control character.
    package init(file: String, bytes original: [UInt8]) throws(DiagnosticError) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let bytes = original.starts(with: mark) ? Array(original.dropFirst(mark.count)) : original
        var lineStarts = [0]
        var offset = 0
        var fault: (offset: Int, message: String)?
        while offset < bytes.count {
            let byte = bytes[offset]
            if Self.endsLine(at: offset, of: bytes) { lineStarts.append(offset + 1) }
            if byte < 0x80 {
                if (byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D) || byte == 0x7F {
                    fault = (offset, "control character \(Self.hex(byte)) is not allowed: remove it")
                    break
                }
                offset += 1
                continue
            }
            guard let length = Self.lengthOfScalar(in: bytes, at: offset) else {
                fault = (offset, "byte \(Self.hex(byte)) is not valid UTF-8: save the file as UTF-8")
                break
            }
            if Self.isUnprintable(bytes[offset..<offset + length]) {
                fault = (offset, "an unprintable character is not allowed: remove it")
                break
            }
            offset += length
        }
        self.file = file
        self.bytes = bytes
        self.lineStarts = lineStarts
        if let fault {
            throw DiagnosticError(Diagnostic(place(atByte: fault.offset), fault.message))
        }
    }

    /// The place of a byte.
    package func place(atByte offset: Int) -> Place {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= offset { low = middle } else { high = middle }
        }
        // Continuation bytes (10xxxxxx) begin no character.
        let column = bytes[lineStarts[low]..<max(lineStarts[low], min(offset, bytes.count))]
            .reduce(1) { $1 & 0xC0 == 0x80 ? $0 : $0 + 1 }
        return Place(file: file, line: low + 1, column: column)
    }

    /// The byte at a place; the end of the text when the place lies behind it.
    package func byte(at place: Place) -> Int {
        guard place.line >= 1, place.line <= lineStarts.count else { return bytes.count }
        var offset = lineStarts[place.line - 1]
        var column = 1
        while offset < bytes.count, column < place.column, !Self.endsLine(at: offset, of: bytes) {
            offset += 1
            while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
            column += 1
        }
        return offset
    }

    /// Where a text occurs first, from a place on and within so many bytes.
    package func place(of text: String, from start: Place, within limit: Int) -> Place? {
        let wanted = Array(text.utf8)
        let begin = byte(at: start)
        let end = min(bytes.count, begin + limit) - wanted.count
        guard !wanted.isEmpty, begin <= end else { return nil }
        for offset in begin...end where bytes[offset] == wanted[0] {
            if bytes[offset..<offset + wanted.count].elementsEqual(wanted) { return place(atByte: offset) }
        }
        return nil
    }

    /// Whether a byte is the last of its line: LF, or a CR that no LF follows.
    private static func endsLine(at offset: Int, of bytes: [UInt8]) -> Bool {
        switch bytes[offset] {
        case 0x0A: true
        case 0x0D: offset + 1 >= bytes.count || bytes[offset + 1] != 0x0A
        default: false
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        "0x" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    /// C1 controls but for NEL, and the two non-characters: what YAML forbids beyond ASCII.
    private static func isUnprintable(_ scalar: ArraySlice<UInt8>) -> Bool {
        let first = scalar[scalar.startIndex]
        let second = scalar[scalar.startIndex + 1]
        if first == 0xC2 { return second < 0xA0 && second != 0x85 }
        return first == 0xEF && second == 0xBF && scalar[scalar.startIndex + 2] >= 0xBE
    }

    /// The length of the well-formed UTF-8 sequence at an offset; nil when there is none (Unicode, table 3-7).
    private static func lengthOfScalar(in bytes: [UInt8], at offset: Int) -> Int? {
        let first = bytes[offset]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard offset + length <= bytes.count, second.contains(bytes[offset + 1]) else { return nil }
        for index in 2..<max(2, length) where bytes[offset + index] & 0xC0 != 0x80 { return nil }
        return length
    }
}
