import HobClient
import Testing

@Suite("Names of log files")
struct LogFileNameTests {
    @Test("The current file, finished ones and compressed ones are told apart")
    func parses() {
        #expect(LogFileName(parsing: "web@1.log") == LogFileName(instance: "web@1"))
        #expect(LogFileName(parsing: "web@1.log.000012") == LogFileName(instance: "web@1", sequence: 12))
        #expect(
            LogFileName(parsing: "redis.log.1000000.gz")
                == LogFileName(instance: "redis", sequence: 1_000_000, isCompressed: true))
        #expect(LogFileName(parsing: "a.log.log.000001") == LogFileName(instance: "a.log", sequence: 1))
    }

    @Test(
        "Other files are nobody's log",
        arguments: [
            "", ".log", "web", "web.log.1", "web.log.00001x", "web.log.000001.gz.tmp", "web.000001", ".log.000001",
        ])
    func others(name: String) {
        #expect(LogFileName(parsing: name) == nil)
    }

    @Test("Instances are ordered by service, then by number")
    func order() {
        let names = ["web@10", "redis", "web@9", "web@1", "api@2"]
        #expect(names.sorted(by: LogDirectory.isBefore) == ["api@2", "redis", "web@1", "web@9", "web@10"])
        #expect(LogFileName.service(of: "web@10") == "web")
        #expect(LogFileName.service(of: "redis") == "redis")
    }
}
