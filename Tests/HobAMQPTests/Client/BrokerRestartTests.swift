import BrokerKit
import Glibc
import HobAMQP
import HobSystem
import Testing

/// A broker that is stopped, killed and started under traffic: nothing that was confirmed is lost, and everybody is back
/// as soon as the broker is.
@Suite(.ownThread) struct BrokerRestartTests {
    private static let isLong = getenv("HOB_LONG") != nil

    @Test(.timeLimit(.minutes(90)))
    func `row 81, row 16: 1,000 messages a second lose nothing over restarts, 100 of them with HOB_LONG`() async throws
    {
        try await Broker.exclusively { broker in
            // As it is by default: what is measured is what everybody gets. Only a slow machine is given time.
            var configuration = AMQPConfiguration()
            configuration.callTimeout = .seconds(180)
            let publishing = try await AMQPConnection.connect(to: broker.url, configuration: configuration)
            let consuming = try await AMQPConnection.connect(to: broker.url, configuration: configuration)
            let channel = try await publishing.openChannel()
            try await channel.declareQueue("restarts")
            let tally = RestartTally()
            let consumer = try await consuming.openChannel().consume("restarts", prefetch: 200)
            let reader = Task {
                for try await delivery in consumer {
                    if let number = Int(delivery.text) { tally.received(number) }
                    delivery.ack()
                }
            }
            let writer = Task { await Self.publish(on: channel, tally) }

            var times: [(confirm: Duration, delivery: Duration)] = []
            let rounds = Self.isLong ? 100 : 3
            for round in 0..<rounds {
                try await Self.waitForCalm(tally, more: Self.isLong ? 4_000 : 300)
                let time = try await Self.restart(broker, isKilled: round % 2 == 0, tally)
                times.append(time)
                if Self.isLong { print("restart \(round + 1): confirm \(time.confirm), delivery \(time.delivery)") }
            }
            try await Self.waitForCalm(tally, more: 300)
            tally.isOver = true
            await writer.value
            try await eventually(within: .seconds(120)) { tally.lost.isEmpty }
            #expect(tally.lost.isEmpty, "\(tally.lost.count) of \(tally.confirmedCount) confirmed messages are lost")
            #expect(tally.failures.isEmpty, "\(tally.failures.prefix(3))")
            #expect(publishing.traffic.recoveries >= UInt64(rounds))
            consumer.cancel()
            try await reader.value
            #expect(try await channel.queueStatus("restarts").messageCount == 0)
            try await channel.deleteQueue("restarts")
            await publishing.close()
            await consuming.close()
            Self.report(tally, times)
        }
    }

    /// 1,000 messages a second, each with somebody who waits for its confirm.
    private static func publish(on channel: AMQPChannel, _ tally: RestartTally) async {
        let clock = ContinuousClock()
        let start = clock.now
        await withDiscardingTaskGroup { group in
            var count = 0
            while !tally.isOver {
                let due = Int((clock.now - start) / .milliseconds(1))
                while count < due {
                    count += 1
                    let number = tally.next()
                    group.addTask {
                        do {
                            try await channel.publish(AMQPMessage("\(number)"), to: "restarts")
                            tally.confirmed(number)
                        } catch {
                            tally.failed(number, error)
                        }
                    }
                }
                try? await clock.sleep(for: .milliseconds(5))
            }
        }
    }

    /// What waited for the broker is confirmed, and as many more.
    private static func waitForCalm(_ tally: RestartTally, more count: Int) async throws {
        let goal = tally.publishedCount + count
        try await eventually(within: .seconds(180)) { tally.confirmedCount >= goal }
    }

    /// Ends the broker and starts it; how long after its first word the first confirm and the first delivery came.
    private static func restart(
        _ broker: Broker, isKilled: Bool, _ tally: RestartTally
    ) async throws -> (confirm: Duration, delivery: Duration) {
        let probe = try ListenerProbe(broker.address) { tally.look(from: $0) }
        if isKilled {
            try broker.kill()
            try broker.start()
        } else if isLong {
            try broker.restart()
        } else {
            try broker.bounce()
        }
        probe.wait()
        try await eventually(within: .seconds(180)) { tally.found != nil }
        return try #require(tally.found)
    }

    private static func report(_ tally: RestartTally, _ times: [(confirm: Duration, delivery: Duration)]) {
        func line(_ name: String, _ durations: [Duration]) -> Duration {
            let sorted = durations.sorted()
            print(
                "restarts: \(name) after the listener's first word: p50 \(sorted[sorted.count / 2]), worst "
                    + "\(sorted[sorted.count - 1])")
            return sorted[sorted.count / 2]
        }
        print(
            "restarts: \(times.count), confirmed \(tally.confirmedCount), lost \(tally.lost.count), "
                + "duplicates \(tally.duplicates)")
        for median in [
            line("first confirm", times.map(\.confirm)), line("first delivery", times.map(\.delivery)),
        ] {
            // Two seconds are the goal of a machine that does nothing else.
            #expect(median < .seconds(isLong ? 2 : 20))
        }
    }
}
