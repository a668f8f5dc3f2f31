/// The offsets of a time zone from UTC, past and future: pure, made from the bytes of a zone file.
///
/// `ZoneRules(tzif:)` reads what lies in the system's directory of zones, in all versions of the format (RFC 8536 and
/// its successor); this library reads no file itself.
public struct ZoneRules: Hashable, Sendable {
    /// From this second on, so much is added to UTC.
    struct Transition: Hashable, Sendable {
        var second: Int64
        var offset: Int64
    }

    /// In ascending order.
    let transitions: [Transition]
    /// Before the first of them.
    let initialOffset: Int64
    /// After the last of them.
    let rule: YearlyRule?

    init(transitions: [Transition], initialOffset: Int64, rule: YearlyRule?) {
        self.transitions = transitions
        self.initialOffset = initialOffset
        self.rule = rule
    }

    /// Coordinated universal time.
    public static let utc = ZoneRules(transitions: [], initialOffset: 0, rule: nil)

    /// A zone that never changes.
    ///
    /// - Parameter offset: What is added to UTC, in seconds; positive is east. More than 26 hours count as 26.
    public init(secondsEastOfUTC offset: Int) {
        self.init(transitions: [], initialOffset: Int64(max(-93_600, min(93_600, offset))), rule: nil)
    }

    /// What is added to UTC at a moment to get the local time, in seconds.
    public func offset(at time: UnixTime) -> Int { Int(stretch(at: time.wholeSeconds).offset) }

    /// The stretch of constant offset that a second lies in.
    func stretch(at second: Int64) -> ZoneStretch {
        guard let last = transitions.last else { return yearlyStretch(at: second, after: nil) }
        if second >= last.second { return yearlyStretch(at: second, after: last) }
        // The first transition that lies after the second; there is one, as the last does.
        var low = 0
        var high = transitions.count - 1
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].second > second { high = middle } else { low = middle + 1 }
        }
        return ZoneStretch(
            start: low > 0 ? transitions[low - 1].second : nil, end: transitions[low].second,
            offset: offset(before: low), previousOffset: offset(before: low - 1))
    }

    /// The offset just before the transition of this index.
    private func offset(before index: Int) -> Int64 { index > 0 ? transitions[index - 1].offset : initialOffset }

    /// A stretch after all transitions that were written down.
    private func yearlyStretch(at second: Int64, after last: Transition?) -> ZoneStretch {
        let base = last?.offset ?? initialOffset
        var stretch = ZoneStretch(
            start: last?.second, end: ZoneStretch.never, offset: base,
            previousOffset: offset(before: transitions.count - 1))
        guard let rule else { return stretch }
        if last == nil { stretch.offset = rule.standardOffset }
        let year = CivilDate(days: second.dividedDown(by: 86_400)).year
        for change in rule.changes(in: (year - 2)...(year + 2)) {
            if let last, change.second <= last.second { continue }
            if change.offset == stretch.offset { continue }
            if change.second > second {
                stretch.end = change.second
                break
            }
            stretch.previousOffset = stretch.offset
            stretch.start = change.second
            stretch.offset = change.offset
        }
        return stretch
    }

    /// The second at which a local time is there first; for one that is skipped, the first second after the gap.
    func firstInstant(ofLocalSecond local: Int64) -> Int64 {
        // No offset is larger than 26 hours, so the stretch of two days before begins before any pass of it.
        var second = local - 2 * 86_400
        while true {
            let stretch = stretch(at: second)
            if let start = stretch.start, local < start + stretch.offset { return start }
            if local < stretch.end + stretch.offset { return local - stretch.offset }
            second = stretch.end
        }
    }
}
