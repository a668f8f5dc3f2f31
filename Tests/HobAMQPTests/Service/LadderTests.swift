import BrokerKit
import HobAMQP
import Synchronization
import Testing

/// When messages come back from the ladder.
@Suite(.ownThread) struct LadderTests {
    private let host: VirtualHost

    init() throws {
        host = try VirtualHost(on: .shared())
    }

    /// When each message was tried.
    private final class Times: Sendable {
        private let times = Mutex<[String: [ContinuousClock.Instant]]>([:])

        func note(_ text: String) { times.withLock { $0[text, default: []].append(.now) } }

        func isComplete(_ messages: Int, attempts: Int) -> Bool {
            times.withLock { $0.count == messages && $0.values.allSatisfy { $0.count == attempts } }
        }

        /// The times between an attempt, from 1, and the next, the shortest first.
        func waits(after attempt: Int) -> [Duration] {
            times.withLock { $0.values.map { $0[attempt] - $0[attempt - 1] }.sorted() }
        }

        func first(_ text: String, attempt: Int) -> ContinuousClock.Instant? {
            times.withLock { times in times[text].flatMap { $0.count >= attempt ? $0[attempt - 1] : nil } }
        }
    }

    @Test func `row 18: messages are back within a second of their time, many at once and behind earlier ones`()
        async throws
    {
        let times = Times()
        let delays: [Duration] = [.milliseconds(300), .seconds(1)]
        let service = try host.service(attempts: 4, delays: delays) { delivery, context in
            times.note(delivery.text)
            if context.attempt < 3 { throw HandlerFailure() }
        }
        try await host.running(service) { _, channel in
            // Ten at once, then one each 30 ms: these come into queues in which others wait.
            for number in 0..<30 {
                try await channel.publish(AMQPMessage("\(number)"), to: "work")
                if number >= 10 { try await Task.sleep(for: .milliseconds(30)) }
            }
            try await eventually { times.isComplete(30, attempts: 3) }
            for (index, delay) in delays.enumerated() {
                let waits = times.waits(after: index + 1)
                #expect(waits[0] >= delay - .milliseconds(5), "\(waits)")
                // On a busy machine a few may be later; half of them are not.
                #expect(waits[15] <= delay + .seconds(1), "\(waits)")
            }
        }
    }

    @Test func `what the queue does not take when it comes back is lost`() async throws {
        let times = Times()
        var service = try host.service(attempts: 3, delays: [.milliseconds(500)]) { delivery, context in
            times.note(delivery.text)
            if context.attempt < 2, delivery.text == "first" { throw HandlerFailure() }
        }
        service.queueArguments = ["x-max-length": 1, "x-overflow": "reject-publish"]
        try await host.running(service) { _, channel in
            try await channel.publish(AMQPMessage("first"), to: "work")
            try await eventually { try await channel.queueStatus("work.retry.500").messageCount == 1 }
            service.control.pause()
            try await eventually { try await channel.queueStatus("work").consumerCount == 0 }
            // The queue is full when the first one's time has come.
            try await channel.publish(AMQPMessage("filler"), to: "work")
            try await eventually { try await channel.queueStatus("work.retry.500").messageCount == 0 }
            service.control.resume()
            try await eventually { times.first("filler", attempt: 1) != nil }
            try await channel.publish(AMQPMessage("last"), to: "work")
            try await eventually { times.first("last", attempt: 1) != nil }
            #expect(times.first("first", attempt: 2) == nil)
        }
    }

    @Test func `row 18: a short wait does not wait behind a long one`() async throws {
        let times = Times()
        let service = try host.service(attempts: 4, delays: [.seconds(4), .milliseconds(100)]) { delivery, context in
            times.note(delivery.text)
            if context.attempt < 3 { throw HandlerFailure() }
        }
        try await host.running(service) { _, channel in
            try await channel.publish(AMQPMessage("long"), to: "work")
            try await eventually { try await channel.queueStatus("work.retry.4000").messageCount == 1 }
            var short = AMQPMessage("short")
            short.properties.headers = [AMQPRetryLadder.attemptsHeader: 1]
            try await channel.publish(short, to: "work")
            try await eventually { times.first("long", attempt: 2) != nil }
            let back = try #require(times.first("short", attempt: 2))
            #expect(try back < #require(times.first("long", attempt: 2)))
        }
    }
}
