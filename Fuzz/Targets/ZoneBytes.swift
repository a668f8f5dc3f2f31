import HobPolicy

/// The bytes of a time zone's file.
enum ZoneBytes {
    private static let moments: [Int64] = [
        -1 << 50, -5_000_000_000, 0, 1_774_746_000, 1_792_890_000, 4_102_444_800, 253_402_300_000, 1 << 50,
    ]

    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        let zone: ZoneRules
        do throws(ZoneError) { zone = try ZoneRules(tzif: bytes) } catch {
            try promise(!error.message.isEmpty, "an error without words")
            return
        }
        for text in ["30 2 * * *", "*/20 * * * *", "0 0 29 2 *", "at 2026-03-29 02:30"] {
            guard let schedule = try? Schedule(text) else { throw FuzzFinding("'\(text)' is a schedule") }
            for moment in moments {
                let time = UnixTime(seconds: moment)
                try promise((-93_600...93_600).contains(zone.offset(at: time)), "an offset of more than 26 hours")
                guard let next = schedule.next(after: time, since: time, in: zone) else { continue }
                try promise(next > time, "'\(text)' after \(moment): \(next.milliseconds), which is not later")
            }
        }
    }
}
