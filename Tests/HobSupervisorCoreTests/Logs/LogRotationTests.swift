import HobSupervisorCore
import Testing

@Suite(.blocking) struct LogRotationTests {
    @Test func `a file is due by size, by age, and never when it is empty`() {
        let policy = LogRotationPolicy(maximumBytes: 1000, maximumAge: .seconds(60), keep: 3)
        #expect(!policy.isDue(length: 999, age: .seconds(59)))
        #expect(policy.isDue(length: 1000, age: .zero))
        #expect(policy.isDue(length: 1, age: .seconds(60)))
        #expect(!policy.isDue(length: 0, age: .seconds(1_000_000)))
        #expect(!policy.isDue(length: 1, age: .seconds(-100)))
        #expect(policy.room(length: 400) == 600)
        #expect(policy.room(length: 2000) == 0)
    }

    @Test func `without limits a file is never due`() {
        let policy = LogRotationPolicy(maximumBytes: 0, keep: 3)
        #expect(!policy.isDue(length: .max, age: .seconds(1_000_000_000)))
        #expect(!policy.isOverdue(length: .max))
        #expect(policy.room(length: .max) == .max)
    }

    @Test func `a line without end is cut at twice the size`() {
        let policy = LogRotationPolicy(maximumBytes: 1000, keep: 3)
        #expect(!policy.isOverdue(length: 1999))
        #expect(policy.isOverdue(length: 2000))
    }

    @Test func `numbers go on after the highest, whatever gaps there are`() {
        #expect(LogRotationPolicy.nextSequence(after: []) == 1)
        #expect(LogRotationPolicy.nextSequence(after: [3, 17, 5]) == 18)
    }

    @Test func `the newest stay, the oldest go first`() {
        let policy = LogRotationPolicy(maximumBytes: 1, keep: 2)
        #expect(policy.superseded([9, 3, 12, 4]) == [3, 4])
        #expect(policy.superseded([12]) == [])
        #expect(LogRotationPolicy(maximumBytes: 1, keep: 0).superseded([1, 2]) == [1, 2])
    }

    @Test(arguments: [
        (LogFileName(sequence: 1), "web@1.log.000001"),
        (LogFileName(sequence: 42, form: .compressed), "web@1.log.000042.gz"),
        (LogFileName(sequence: 42, form: .unfinished), "web@1.log.000042.gz.tmp"),
        (LogFileName(sequence: 12_345_678), "web@1.log.12345678"),
    ])
    func `names are written and read back`(name: LogFileName, text: String) {
        #expect(name.text(of: "web@1") == text)
        #expect(LogFileName(text, of: "web@1") == name)
        let parsed = LogFileName.parse(text)
        #expect(parsed?.instance == "web@1")
        #expect(parsed?.name == name)
    }

    @Test(arguments: [
        "web@1.log", "web@1.log.1", "web@1.log.0000x1", "web@1.log.000000", "web@1.log.000001.bz2", "web@1.log.-00001",
        "web@10.log.000001", "other", "web@1.log.", "web@1.log.000001.gz.tmp.tmp", "web@1.log.99999999999999999999",
    ])
    func `what is no finished file of the instance is not taken for one`(text: String) {
        #expect(LogFileName(text, of: "web@1") == nil)
    }

    @Test func `an instance whose name looks like a log file's keeps its own files`() {
        let parsed = LogFileName.parse("a.log.000001.log.000002")
        #expect(parsed?.instance == "a.log.000001")
        #expect(parsed?.name.sequence == 2)
        #expect(LogFileName("a.log.000001.log.000002", of: "a") == nil)
    }
}
