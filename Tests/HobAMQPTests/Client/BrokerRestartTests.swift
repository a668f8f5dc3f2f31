import BrokerKit
import Glibc
import HobAMQP
import HobSystem
import HobTestKit
import Synchronization
import Testing

/// A broker that is stopped, killed and started under traffic.
@Suite(.ownThread) struct BrokerRestartTests {
    private final class Tally: Sendable {
        let confirmed = Mutex(Set<Int>())
        let received = Mutex(Set<Int>())
        let isOver = Mutex(false)
    }

    @Test func `row 81, row 16: restarts of the broker under traffic lose nothing that was confirmed`() async throws {
        try await Broker.exclusively { broker in
            var configuration = AMQPConfiguration()
            configuration.recovery.backoff = Backoff(initial: .milliseconds(20), maximum: .milliseconds(250))
            configuration.recovery.persistsAtStart = true
            configuration.callTimeout = .seconds(120)
            let publishing = try await AMQPConnection.connect(to: broker.url, configuration: configuration)
            let consuming = try await AMQPConnection.connect(to: broker.url, configuration: configuration)
            let channel = try await publishing.openChannel()
            let queue = "restarts"
            try await channel.declareQueue(queue)
            let tally = Tally()
            let consumer = try await consuming.openChannel().consume(queue, prefetch: 200)
            let reader = Task {
                for try await delivery in consumer {
                    if let number = Int(delivery.text) { tally.received.withLock { _ = $0.insert(number) } }
                    delivery.ack()
                }
            }
            let writer = Task {
                var number = 0
                while !tally.isOver.withLock({ $0 }) {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<50 {
                            number += 1
                            let message = number
                            group.addTask {
                                try await channel.publish(AMQPMessage("\(message)"), to: queue)
                                tally.confirmed.withLock { _ = $0.insert(message) }
                            }
                        }
                        try await group.waitForAll()
                    }
                }
            }
            let rounds = getenv("HOB_RESTARTS").flatMap { Int(String(cString: $0)) } ?? 4
            for round in 0..<rounds {
                let before = tally.confirmed.withLock { $0.count }
                try await eventually(within: .seconds(120)) { tally.confirmed.withLock { $0.count } >= before + 200 }
                if round == 1 {
                    try broker.kill()
                    try broker.start()
                } else {
                    try broker.bounce()
                }
            }
            let before = tally.confirmed.withLock { $0.count }
            try await eventually(within: .seconds(120)) { tally.confirmed.withLock { $0.count } >= before + 200 }
            tally.isOver.withLock { $0 = true }
            try await writer.value
            try await eventually(within: .seconds(120)) {
                let all = tally.received.withLock { $0 }
                return tally.confirmed.withLock { $0 }.isSubset(of: all)
            }
            #expect(publishing.traffic.recoveries >= UInt64(rounds))
            // It may sleep through a restart behind another.
            #expect(consuming.traffic.recoveries >= 1)
            consumer.cancel()
            try await reader.value
            await publishing.close()
            await consuming.close()
        }
    }
}
