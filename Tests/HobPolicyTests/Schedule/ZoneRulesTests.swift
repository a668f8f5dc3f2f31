import HobPolicy
import HobSystem
import Testing

@Suite struct ZoneRulesTests {
    /// A file of version 2 without changes: only its rule.
    private func file(rule: String) -> [UInt8] {
        func block() -> [UInt8] {
            var bytes = Array("TZif2".utf8) + [UInt8](repeating: 0, count: 15)
            for count: UInt8 in [0, 0, 0, 0, 1, 4] { bytes += [0, 0, 0, count] }
            return bytes + [0, 0, 0, 0, 0, 0] + Array("ABC\0".utf8)
        }
        return block() + block() + Array("\n\(rule)\n".utf8)
    }

    private func hours(_ rule: String, _ seconds: Int64) throws -> Double {
        Double(try ZoneRules(tzif: file(rule: rule)).offset(at: UnixTime(seconds: seconds))) / 3_600
    }

    private let january: Int64 = 1_768_478_400  // 2026-01-15
    private let july: Int64 = 1_784_116_800  // 2026-07-15

    @Test func `rules of both hemispheres, of half hours, and of odd days`() throws {
        #expect(try hours("CET-1CEST,M3.5.0,M10.5.0/3", january) == 1)
        #expect(try hours("CET-1CEST,M3.5.0,M10.5.0/3", july) == 2)
        #expect(try hours("AEST-10AEDT,M10.1.0,M4.1.0/3", january) == 11)
        #expect(try hours("AEST-10AEDT,M10.1.0,M4.1.0/3", july) == 10)
        #expect(try hours("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", january) == 11)
        #expect(try hours("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", july) == 10.5)
        #expect(try hours("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", july) == -1)
        #expect(try hours("IST-1GMT0,M10.5.0,M3.5.0/1", january) == 0)
        #expect(try hours("EST5EDT,0/0,J365/25", january) == -4)
        #expect(try hours("EST5EDT,0/0,J365/25", 1_798_761_599) == -4)
        #expect(try hours("<-04>4<-03>,J60,J300", 1_772_409_600) == -3)
        #expect(try hours("UTC0", july) == 0)
    }

    @Test func `the system's own files are understood, versions and all`() throws {
        for (name, winter, summer) in [
            ("Europe/Vienna", 1.0, 2.0), ("America/New_York", -5, -4), ("Asia/Kolkata", 5.5, 5.5),
        ] {
            let path = "/usr/share/zoneinfo/\(name)"
            guard let file = try? Descriptor.open(path) else { continue }
            let zone = try ZoneRules(tzif: file.readAll(limit: 1 << 20))
            #expect(Double(zone.offset(at: UnixTime(seconds: january))) / 3_600 == winter)
            #expect(Double(zone.offset(at: UnixTime(seconds: july))) / 3_600 == summer)
            // 2040, which no file writes down.
            #expect(Double(zone.offset(at: UnixTime(seconds: 2_225_880_000))) / 3_600 == summer)
        }
    }

    @Test func `bytes that are no zone file are told so`() throws {
        func code(_ bytes: [UInt8]) -> ZoneError.Code? {
            do throws(ZoneError) {
                _ = try ZoneRules(tzif: bytes)
                return nil
            } catch { return error.code }
        }
        let good = file(rule: "CET-1CEST,M3.5.0,M10.5.0/3")
        #expect(code(good) == nil)
        #expect(code([]) == .notAZoneFile)
        #expect(code(Array("#!/bin/sh".utf8)) == .notAZoneFile)
        for count in 1..<good.count { #expect(code(Array(good.prefix(count))) != nil, "\(count) bytes") }
        for rule in ["CET", "CE-1", "CET-1CEST", "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.0", "CET-99", "C<ET-1"] {
            #expect(code(file(rule: rule)) == .malformed, "\(rule)")
        }
        var leaps = good
        leaps[31] = 1
        #expect(code(leaps) != nil)
        #expect(code([UInt8](repeating: 0, count: 1 << 20)) == .notAZoneFile)
    }
}
