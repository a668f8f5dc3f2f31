/// Where the reader differs from Yams on purpose.
///
/// Whatever is not listed here must be the same: accepted by both with equal trees and places, or refused by both.
enum Deviation: CaseIterable {
    /// YAML 1.2 has made NEL, LS and PS ordinary characters; libyaml reads 1.1, in which they end lines. Editors count
    /// no line there, so that its places would be wrong.
    case oldLineEnds
    /// Yams takes a byte order mark within a text for a part of the value, or of the indentation. Nobody can see it.
    case byteOrderMark
    /// libyaml reads `[? ]`, `{? }` and `{? : x}` as keys without a text, and skips a comma behind `?`. A key without a
    /// text is a mistake.
    case keylessQuestion
    /// Yams refuses two `<<` in a mapping as duplicates; here both merge, the first over the second. (The oracle gets
    /// around it by a trick, which fails when an anchor or a tag stands before the `<<`.)
    case severalMerges

    /// The deviation that explains a difference; nil when there is none.
    static func between(_ ours: Outcome, _ oracle: Outcome, _ bytes: [UInt8]) -> Deviation? {
        allCases.first { $0.explains(ours, oracle, bytes) }
    }

    private func explains(_ ours: Outcome, _ oracle: Outcome, _ bytes: [UInt8]) -> Bool {
        switch self {
        case .oldLineEnds:
            bytes.indices.contains { index in
                bytes[index...].starts(with: [0xC2, 0x85]) || bytes[index...].starts(with: [0xE2, 0x80, 0xA8])
                    || bytes[index...].starts(with: [0xE2, 0x80, 0xA9])
            }
        case .byteOrderMark: ours.mistakes.contains { $0.contains("byte order mark") }
        case .keylessQuestion: ours.mistakes.contains { $0.contains("behind this '?' a key is missing") }
        case .severalMerges: ours.isAccepted && oracle.mistakes.contains { $0.contains("duplicate key '<<'") }
        }
    }
}
