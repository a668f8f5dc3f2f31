extension ZoneRules {
    /// The first second from `start` on, and before `limit`, at which the expression runs in this zone.
    ///
    ///     local time ──► 01:59 ┐gap        ┌ 03:00 ──►        one stretch of constant offset after the other:
    ///                          └───────────┘                  skipped times belong to the first second of the next one
    func first(of expression: CronExpression, from start: Int64, before limit: Int64) -> Int64? {
        var from = start
        while from < limit {
            let stretch = stretch(at: from)
            if let found = first(of: expression, in: stretch, from: from, before: min(stretch.end, limit)) {
                return found
            }
            from = stretch.end
        }
        return nil
    }

    private func first(
        of expression: CronExpression, in stretch: ZoneStretch, from start: Int64, before end: Int64
    ) -> Int64? {
        var local = start + stretch.offset
        if !expression.isWildcard, let begin = stretch.start {
            let lastLocal = begin + stretch.previousOffset
            // Set forward: what was skipped runs now.
            if start <= begin, stretch.offset > stretch.previousOffset,
                expression.first(from: lastLocal, before: begin + stretch.offset) != nil
            {
                return begin < end ? begin : nil
            }
            // Set back: what was there before is not there again.
            local = max(local, lastLocal)
        }
        return expression.first(from: local, before: end + stretch.offset).map { $0 - stretch.offset }
    }
}
