import HobTestKit
import Logging
import Testing

@testable import Hob

@Suite(.blocking) struct LogLevelTests {
    private func log(_ level: Logger.Level) -> (log: DaemonLog, sink: Recording) {
        let sink = Recording()
        return (DaemonLog(name: "lister", level: level, sinks: [sink]), sink)
    }

    @Test func `row 44: USR1 switches debug on and off, USR2 on for good, as the log's contents show`() throws {
        let directory = try TestDirectory()
        let options = LogOptions(
            level: LogOptions.level(inEnvironment: "production"), destinations: [.file(directory.path(of: "log"))])
        let log = try DaemonLog(name: "lister", options)
        let logger = log.logger()
        logger.debug("one")
        log.toggleLevel()
        logger.debug("two")
        log.toggleLevel()
        logger.debug("three")
        log.forceDebug()
        log.forceDebug()
        logger.debug("four")
        #expect(log.flush(within: .seconds(30)))
        let text = directory.read("log") ?? ""
        let lines = text.split(separator: "\n").map { $0.split(separator: ": ", maxSplits: 1).last ?? "" }
        #expect(
            lines == [
                "the log level is now debug", "two", "the log level is now info", "the log level is now debug",
                "the log level is now debug", "four",
            ])
    }

    @Test func `row 39: production logs from info on, development and all others from debug on`() {
        #expect(LogOptions.level(inEnvironment: "production") == .info)
        #expect(LogOptions.level(inEnvironment: "development") == .debug)
        #expect(LogOptions.level(inEnvironment: "test") == .debug)
    }

    @Test func `a level switch reaches loggers that exist already, but not one with a level of its own`() {
        let (log, sink) = log(.info)
        let logger = log.logger()
        var own = log.logger(label: "own")
        own.logLevel = .error
        log.levels.level = .trace
        logger.trace("shared")
        own.warning("own")
        #expect(sink.messages == ["shared"])
    }

    @Test(arguments: Logger.Level.allCases) func `a switch stands at the level it was set to`(_ level: Logger.Level) {
        #expect(LogLevelSwitch(level).level == level)
    }

    @Test func `row 47: a level filters what is below it`() {
        let (log, sink) = log(.warning)
        for level in Logger.Level.allCases { log.logger().log(level: level, "\(level)") }
        #expect(sink.messages == ["warning", "error", "critical"])
    }

    @Test func `row 47: a quiet block holds back what is below error, in its task and those it starts, and no others`()
        async
    {
        let (log, sink) = log(.debug)
        let logger = log.logger()
        let (silent, silence) = AsyncStream.makeStream(of: Void.self)
        let (heard, hearing) = AsyncStream.makeStream(of: Void.self)
        let other = Task {
            for await _ in silent {}
            logger.info("another task")
            hearing.finish()
        }
        await quiet {
            silence.finish()
            for await _ in heard {}
            logger.warning("silent")
            await Task { logger.warning("silent too") }.value
            logger.error("loud")
            quiet(below: .critical) { logger.error("silent inside") }
            quiet(below: .debug) { logger.warning("an inner block never lowers the level") }
        }
        await other.value
        logger.info("after")
        #expect(sink.messages == ["another task", "loud", "after"])
    }

    @Test func `row 47: a record knows logger, module, metadata and error`() throws {
        let (log, sink) = log(.info)
        var logger = log.logger(label: "http")
        logger[metadataKey: "a"] = "handler"
        logger[metadataKey: "b"] = "handler"
        logger.error("failed", error: Trouble.disk("full"), metadata: ["b": "call"])
        let record = try #require(sink.records.first)
        #expect(record.label == "http" && record.daemon == "lister" && record.source == "HobTests")
        #expect(record.metadata == ["a": "handler", "b": "call"])
        #expect(record.failure?.type == "HobTests.Trouble")
        #expect(record.fileName == "LogLevelTests.swift")
    }

    @Test func `row 47: in the foreground everything is on standard output as well`() async throws {
        let result = try await #require(
            processExitsWith: .success, observing: [\.standardOutputContent]
        ) {
            let options = LogOptions(level: .info, destinations: [.file("/dev/null")], copiesToStandardOutput: true)
            let log = try DaemonLog(name: "lister", options)
            log.logger().info("to both")
            #expect(log.flush(within: .seconds(30)))
        }
        #expect(String(decoding: result.standardOutputContent, as: UTF8.self).contains("HobTests: to both\n"))
    }
}
