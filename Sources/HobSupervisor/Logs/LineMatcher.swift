import Glibc
import HobSystem

/// Looks for the first line that matches a pattern in bytes that come in pieces.
///
/// Lines are whole, up to 64 KB; of longer ones the beginning counts.
struct LineMatcher: Sendable {
    static let longestLine = 64 * 1024

    let slot: Int
    let token: UInt64
    /// Lines that stand in the file already count from this moment on, in milliseconds of Unix time; nil: none does.
    let since: Int64?
    private let pattern: LogPattern
    private var beginning: [UInt8] = []

    init(slot: Int, token: UInt64, pattern: LogPattern, since: Int64? = nil) {
        self.since = since
        self.slot = slot
        self.token = token
        self.pattern = pattern
    }

    /// Takes the next piece; true when a line that ends in it matches.
    mutating func finds(in bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            guard let newline = memchr(start, 0x0a, rest.count) else {
                keep(rest)
                return false
            }
            let length = UnsafeRawPointer(newline) - start
            if ends(with: UnsafeRawBufferPointer(start: start, count: length)) { return true }
            rest = UnsafeRawBufferPointer(rebasing: rest[(length + 1)...])
        }
        return false
    }

    private mutating func ends(with piece: UnsafeRawBufferPointer) -> Bool {
        if beginning.isEmpty { return matches(piece) }
        keep(piece)
        defer { beginning.removeAll(keepingCapacity: true) }
        return beginning.withUnsafeBytes { matches($0) }
    }

    private mutating func keep(_ piece: UnsafeRawBufferPointer) {
        beginning.append(contentsOf: piece.prefix(Self.longestLine - beginning.count))
    }

    /// A carriage return before the line end is no part of the line.
    private func matches(_ line: UnsafeRawBufferPointer) -> Bool {
        var line = UnsafeRawBufferPointer(rebasing: line.prefix(Self.longestLine))
        if line.last == UInt8(ascii: "\r") { line = UnsafeRawBufferPointer(rebasing: line.dropLast()) }
        return pattern.matches(line)
    }
}
