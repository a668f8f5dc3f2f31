import Glibc
import HobAMQP
import Synchronization

/// What a message costs HobAMQP; Benchmarks/run-amqp says how it is called and what the words mean.
@main struct Bench {
    let url: String
    let what: String
    var messages = 200_000
    var window = 500
    var size = 256

    static func main() async throws {
        do {
            try await Bench(CommandLine.arguments).run()
        } catch {
            let text = Array("amqp-bench: \(error)\n".utf8)
            _ = write(2, text, text.count)
            exit(1)
        }
    }

    private init(_ arguments: [String]) throws {
        guard arguments.count >= 3 else { throw Usage() }
        url = arguments[1]
        what = arguments[2]
        var rest = arguments[3...]
        while let option = rest.popFirst() {
            guard let value = rest.popFirst().flatMap({ Int($0) }) else { throw Usage() }
            switch option {
            case "--messages": messages = value
            case "--window": window = value
            case "--size": size = value
            default: throw Usage()
            }
        }
    }

    private struct Usage: Error, CustomStringConvertible {
        var description: String {
            "usage: amqp-bench URL publish|consume|latency|through [--messages N] [--window W] [--size S]"
        }
    }

    private func run() async throws {
        let connection = try await AMQPConnection.connect(to: url)
        let channel = try await connection.openChannel(confirms: what != "latency")
        let queue = try await channel.declareQueue(durable: false, exclusive: true).name
        switch what {
        case "publish": try await publish(channel, queue)
        case "consume": try await consume(channel, queue)
        case "latency": try await latency(channel, queue)
        case "through": try await through(channel)
        default: throw Usage()
        }
        await connection.close()
    }

    private var message: AMQPMessage {
        AMQPMessage(body: [UInt8](repeating: 0x78, count: size), properties: AMQPProperties())
    }

    private func publish(_ channel: AMQPChannel, _ queue: String) async throws {
        let message = message
        let meter = Meter()
        let publisher = channel.publisher(window: window)
        for _ in 0..<messages { try await publisher.publish(message, to: queue) }
        try await publisher.drain()
        meter.report(self)
    }

    private func consume(_ channel: AMQPChannel, _ queue: String) async throws {
        let message = message
        let publisher = channel.publisher(window: 500)
        for _ in 0..<messages { try await publisher.publish(message, to: queue) }
        try await publisher.drain()
        let meter = Meter()
        let consumer = try await channel.consume(queue, prefetch: UInt16(window))
        var left = messages
        for try await delivery in consumer {
            delivery.ack()
            left -= 1
            if left == 0 { break }
        }
        meter.report(self)
    }

    /// Published on one connection and consumed on another, and the largest resident set told after each tenth: what is
    /// left behind by messages that have gone through.
    private func through(_ channel: AMQPChannel) async throws {
        let queue = "amqp-bench-through"
        try await channel.declareQueue(queue, durable: false, autoDelete: true)
        let other = try await AMQPConnection.connect(to: url)
        let consumer = try await other.openChannel().consume(queue, prefetch: 200)
        let message = message
        let meter = Meter()
        let received = Counter()
        let total = messages
        let reader = Task {
            for try await delivery in consumer {
                delivery.ack()
                let count = received.next()
                if count % max(1, total / 10) == 0 { print("\(count) messages: \(Meter.largestResidentSet()) KiB") }
                if count == total { break }
            }
        }
        let publisher = channel.publisher(window: window)
        for number in 0..<messages {
            try await publisher.publish(message, to: queue)
            // The queue is to stay short: what waits in it would be the broker's memory and its disk.
            while number - received.count > 5_000 { try await Task.sleep(for: .milliseconds(1)) }
        }
        try await publisher.drain()
        try await reader.value
        meter.report(self)
        await other.close()
    }

    private final class Counter: Sendable {
        private let value = Atomic(0)

        var count: Int { value.load(ordering: .relaxed) }
        func next() -> Int { value.add(1, ordering: .relaxed).newValue }
    }

    private func latency(_ channel: AMQPChannel, _ queue: String) async throws {
        let message = message
        let consumer = try await channel.consume(queue, prefetch: 10)
        var iterator = consumer.makeAsyncIterator()
        var times: [Double] = []
        times.reserveCapacity(messages)
        let meter = Meter()
        let clock = ContinuousClock()
        for _ in 0..<messages {
            let start = clock.now
            try await channel.publish(message, to: queue)
            guard let delivery = try await iterator.next() else { break }
            times.append((clock.now - start) / .microseconds(1))
            delivery.ack()
        }
        times.sort()
        guard !times.isEmpty else { return }
        meter.report(
            self, ", \"p50_us\": \(times[times.count / 2]), \"p99_us\": \(times[times.count * 99 / 100])")
    }

    /// Wall time, and the processor's of the whole process.
    private struct Meter {
        let start = ContinuousClock.now
        let processor = Self.processor()

        private static func usage() -> rusage {
            var usage = rusage()
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            return usage
        }

        /// In KiB.
        static func largestResidentSet() -> Int { usage().ru_maxrss }

        static func processor() -> Double {
            let usage = usage()
            return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
                + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
        }

        func report(_ bench: Bench, _ more: String = "") {
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            let micros = (Self.processor() - processor) * 1e6 / Double(bench.messages)
            print(
                "{\"client\": \"hob\", \"what\": \"\(bench.what)\", \"messages\": \(bench.messages), "
                    + "\"window\": \(bench.window), \"size\": \(bench.size), \"seconds\": \(seconds), "
                    + "\"cpu_us\": \(micros)\(more)}")
        }
    }
}
