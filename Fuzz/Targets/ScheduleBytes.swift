import HobPolicy

/// The text of a schedule.
enum ScheduleBytes {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        let text = String(decoding: bytes, as: UTF8.self)
        let schedule: Schedule
        do throws(ScheduleError) { schedule = try Schedule(text) } catch {
            try promise((1...(text.count + 1)).contains(error.column), "column \(error.column) of \(text.count)")
            try promise(error.message.contains("column \(error.column)") || error.code == .empty, "no column in words")
            return
        }
        try promise(schedule.description == text, "the text is not kept")
        let start = UnixTime(seconds: 1_767_225_600)
        for zone in [ZoneRules.utc, ZoneRules(secondsEastOfUTC: -12_345)] {
            var time = start
            for _ in 0..<3 {
                guard let next = schedule.next(after: time, since: start, in: zone) else { break }
                try promise(next > time, "'\(text)': \(next.milliseconds) is not after \(time.milliseconds)")
                // One millisecond before a run, the next run is that one.
                let before = UnixTime(milliseconds: next.milliseconds - 1)
                let again = schedule.next(after: before, since: start, in: zone)
                try promise(again == next, "'\(text)' forgets \(next.milliseconds)")
                time = next
            }
        }
    }
}
