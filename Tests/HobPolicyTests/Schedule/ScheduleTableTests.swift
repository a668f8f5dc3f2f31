import HobPolicy
import Testing

@Suite struct ScheduleTableTests {
    @Test
    func `row 79: 211 expressions in eleven zones run when croniter and zoneinfo say, at both DST changes as well`()
        throws
    {
        let table = try ScheduleTable()
        var wrong: [String] = []
        for row in table.rows {
            let schedule = try Schedule(row.expression)
            let zone = try #require(table.zones[row.zone])
            var time = UnixTime(seconds: row.start)
            var runs: [Int64] = []
            for _ in row.runs {
                guard let next = schedule.next(after: time, since: time, in: zone) else { break }
                runs.append(next.milliseconds / 1_000)
                time = next
            }
            if runs != row.runs {
                wrong.append("\(row.zone) '\(row.expression)' \(row.start): \(runs), not \(row.runs)")
            }
        }
        #expect(Set(table.rows.map(\.expression)).count >= 200)
        #expect(table.rows.count > 2_500)
        #expect(wrong.isEmpty, "\(wrong.count) of \(table.rows.count), among them \(wrong.prefix(10))")
    }

    @Test func `a run is always later than the moment it is asked for, and none lies between`() throws {
        let table = try ScheduleTable()
        for row in table.rows.enumerated() where row.offset % 17 == 0 {
            let schedule = try Schedule(row.element.expression)
            let zone = try #require(table.zones[row.element.zone])
            let first = try #require(row.element.runs.first)
            // From any second before the run the answer is the same.
            for share in 0..<7 {
                let second = row.element.start + (first - 1 - row.element.start) * Int64(share) / 6
                let next = schedule.next(after: UnixTime(seconds: second), since: .init(seconds: 0), in: zone)
                #expect(
                    next == UnixTime(seconds: first), "\(row.element.zone) '\(row.element.expression)' after \(second)")
            }
        }
    }
}
