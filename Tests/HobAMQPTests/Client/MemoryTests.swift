import BrokerKit
import Glibc
import HobAMQP
import HobSystem
import Testing

/// What a connection holds does not grow with what has gone through it.
@Suite(.ownThread) struct MemoryTests {
    @Test func `row 15: traffic leaves nothing behind; more of it with HOB_LONG`() async throws {
        let host = try VirtualHost(on: .shared())
        let count = getenv("HOB_LONG") == nil ? 50_000 : 2_000_000
        // In a process of its own: the other tests' memory is not ours.
        await #expect(processExitsWith: .success) { [url = host.url as String, count = count as Int] in
            let publishing = try await AMQPConnection.connect(to: url)
            let consuming = try await AMQPConnection.connect(to: url)
            let channel = try await publishing.openChannel()
            try await channel.declareQueue("q", durable: false)
            let publisher = channel.publisher(window: 500)
            let consumer = try await consuming.openChannel().consume("q", prefetch: 200)
            var message = AMQPMessage(body: [UInt8](repeating: 7, count: 256))
            message.properties.deliveryMode = .transient

            func pass(_ count: Int) async throws {
                let reader = Task {
                    var left = count
                    for try await delivery in consumer {
                        delivery.ack()
                        left -= 1
                        if left == 0 { break }
                    }
                }
                for _ in 0..<count { try await publisher.publish(message, to: "q") }
                try await publisher.drain()
                try await reader.value
            }
            try await pass(20_000)
            let before = try residentBytes()
            try await pass(count)
            let grown = try residentBytes() - before
            // One small object left behind for each message would be 3 MB.
            #expect(grown < 3 << 20, "\(grown) bytes more after \(count) messages")
            await publishing.close()
            await consuming.close()
        }
    }
}

/// The memory of this process that is in use, in bytes.
private func residentBytes() throws -> Int {
    let words = String(decoding: try Descriptor.open("/proc/self/statm").readAll(limit: 4_096), as: UTF8.self)
        .split(separator: " ")
    return (words.count > 1 ? Int(words[1]) ?? 0 : 0) * Int(getpagesize())
}
