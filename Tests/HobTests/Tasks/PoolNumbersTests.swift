import HobTasks
import Logging
import MetricsTestKit
import Testing

@testable import Hob

@Suite("The numbers of a pool", .blocking)
struct PoolNumbersTests {
    @Test("metrics count each outcome, and the gauges are back at zero when the pool is empty")
    func metrics() async throws {
        let factory = TestMetrics()
        let metrics = PoolMetrics(pool: "work", factory: factory)
        let numbers = PoolNumbers()
        let pool = try TaskPool(
            limit: 2, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            handlers: TaskPoolHandlers(observe: { metrics.record($0, numbers.snapshot) }))
        numbers.follow(pool)
        for number in 0..<6 {
            try await pool.submit("\(number)") { if number % 3 == 0 { throw CancellationError() } }
        }
        await pool.drain(within: .seconds(60))
        let dimensions = [("pool", "work")]
        #expect(
            try factory.expectCounter("hob_tasks_ended", dimensions + [("outcome", "succeeded")]).totalValue == 4)
        #expect(try factory.expectCounter("hob_tasks_ended", dimensions + [("outcome", "failed")]).totalValue == 2)
        #expect(try factory.expectTimer("hob_task_seconds", dimensions).values.count == 6)
        #expect(try factory.expectGauge("hob_tasks_queued", dimensions).lastValue == 0)
        let running = try #require(try factory.expectGauge("hob_tasks_running", dimensions).lastValue)
        #expect(running <= 1)
    }

    @Test("the status names what is unusual, and leaves out what is not there")
    func status() async throws {
        let pool = try TaskPool(limit: 2, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await pool.submit("good") {}
        try await pool.submit("bad") { throw CancellationError() }
        await pool.drain(within: .seconds(60))
        #expect(StatusLine.text("work", pool.snapshot) == "work: 0 running, 0 queued, 2 done, 1 failed")
        #expect(throws: TaskError.self) { try pool.trySubmit("late") {} }
        #expect(StatusLine.text("work", pool.snapshot).hasSuffix("3 done, 1 failed, 1 refused"))
    }
}
