import HobSystem

@testable import HobPolicy

/// The independent table of next runs that `make-schedule-table.py` makes; no zone file of the machine is needed.
struct ScheduleTable {
    /// One line: the next three runs of an expression after a moment.
    struct Row {
        var zone: String
        var expression: String
        var start: Int64
        var runs: [Int64]
    }

    private(set) var zones: [String: ZoneRules] = [:]
    private(set) var rows: [Row] = []

    init() throws {
        let directory = "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/") + "/Table"
        let bytes = try Descriptor.open("\(directory)/schedule-table.txt").readAll(limit: 4 << 20)
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
            if line.hasPrefix("zone ") {
                let words = line.split(separator: " ")
                zones[String(words[1])] = try ZoneRules(tzif: Self.bytes(ofHex: words[2]))
            } else {
                let parts = line.split(separator: "|")
                var row = Row(
                    zone: String(parts[0]), expression: String(parts[1]), start: Int64(parts[2]) ?? 0, runs: [])
                for step in parts[3].split(separator: " ") {
                    row.runs.append((row.runs.last ?? row.start) + (Int64(step) ?? 0))
                }
                rows.append(row)
            }
        }
    }

    private static func bytes(ofHex text: Substring) -> [UInt8] {
        let digits = Array(text.utf8).map { $0 < 58 ? $0 - 48 : $0 - 87 }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
