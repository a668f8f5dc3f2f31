import Glibc
package import HobSystem
import HobTestKit

/// A real RabbitMQ on loopback, run by Scripts/with-rabbitmq, which clears up even after a killed test run.
///
///     let broker = try Broker.shared()                            // one for all tests, from the first that asks on
///     let host = try VirtualHost(on: broker)                      // 60 ms, and nobody else's queues
///     … connect to host.url …
///
///     try await Broker.exclusively { broker in try broker.kill(); try broker.start() }
///
/// A start takes eight seconds of both processors, so there are two brokers: the shared one, which no test stops, and
/// the one of ``exclusively(_:)``. Both end with the process. When with-rabbitmq runs the tests, the shared one is its.
/// All calls wait; call them from a test that is `.ownThread`.
package final class Broker: Sendable {
    /// The user, password, host and port without a virtual host: `amqp://guest:guest@127.0.0.1:PORT`.
    package let base: String
    /// The same with TLS, for `localhost`; nil where there is no openssl.
    package let secureBase: String?
    /// Where ca.pem, client.pem and client.key are; the client is the user hob-client of SASL EXTERNAL.
    package let certificates: String?
    /// Where it listens.
    package let address: SocketAddress
    /// Its node's name.
    package let node: String
    /// Its directory, with `log` and `mnesia`.
    package let directory: String
    private let control: Descriptor
    private let holder: Holder?

    // MARK: The two brokers

    private enum Cell {
        static let shared = Monitor<Result<Broker, any Error>?>(nil)
        static let exclusive = Monitor<Result<Broker, any Error>?>(nil)
        static let lane = TestLanes(1)
    }

    /// The broker of all tests; started by the first call. Stopping it is nobody's business.
    package static func shared() throws -> Broker {
        try of(Cell.shared) {
            if getenv("HOB_RABBITMQ_CONTROL") == nil { return try Broker(holder: Holder()) }
            return try Broker(variables: Holder.ownVariables(), holder: nil)
        }
    }

    /// Runs the body, alone and on a thread of its own, with a broker that it may stop and start as it likes.
    package static func exclusively(_ body: (Broker) async throws -> Void) async throws {
        try await Cell.lane.run {
            let broker = try of(Cell.exclusive) { try Broker(holder: Holder()) }
            try broker.start()
            try await body(broker)
        }
    }

    private static func of(
        _ cell: Monitor<Result<Broker, any Error>?>, _ make: () throws -> Broker
    ) throws -> Broker {
        try cell.withLock { cell -> Result<Broker, any Error> in
            let result = cell ?? Result { try make() }
            cell = result
            return result
        }.get()
    }

    private convenience init(holder: Holder) throws {
        try self.init(variables: holder.variables, holder: holder)
    }

    private init(variables: [String: String], holder: Holder?) throws {
        func need(_ name: String) throws -> String {
            guard let value = variables[name] else {
                throw BrokerError("Scripts/with-rabbitmq did not say \(name)")
            }
            return value
        }
        func withoutHost(_ url: String) -> String { url.lastIndex(of: "/").map { String(url[..<$0]) } ?? url }
        base = withoutHost(try need("AMQP_URL"))
        secureBase = variables["AMQPS_URL"].map(withoutHost)
        certificates = variables["HOB_RABBITMQ_TLS"]
        address = try SocketAddress(
            parsing: String(base[base.index(after: base.lastIndex(of: "@") ?? base.startIndex)...]))
        node = try need("HOB_RABBITMQ_NODE")
        directory = try need("HOB_RABBITMQ_DIRECTORY")
        control = try Descriptor.open(directory, flags: [.readOnly, .directory])
        self.holder = holder
    }

    // MARK: URLs

    /// `amqp://guest:guest@127.0.0.1:PORT/%2F`, the virtual host `/`.
    package var url: String { "\(base)/%2F" }

    /// The URL by way of a proxy that listens there.
    package func url(by proxy: SocketAddress, virtualHost: String = "%2F") -> String {
        "amqp://guest:guest@\(proxy)/\(virtualHost)"
    }

    // MARK: Life

    /// Starts it with the data and the port it had and waits until it answers; at once when it runs.
    package func start() throws { try tell("start") }

    /// Stops it in order (TERM) and waits for the end.
    package func stop() throws { try tell("stop") }

    /// Kills it (KILL) and waits for the end.
    package func kill() throws { try tell("kill") }

    /// Stops it in order and starts it again, in about eight seconds.
    package func restart() throws { try tell("restart") }

    /// Stops and starts the broker but not its process, in about a second; clients see the same as at ``restart()``.
    package func bounce() throws { try tell("bounce") }

    /// The number of its process; 0 when it does not run.
    package func pid() throws -> Int32 { Int32(try tell("pid")) ?? 0 }

    /// The value of an Erlang expression in the broker, on one line as Erlang prints it; 50 ms.
    @discardableResult
    package func evaluate(_ expression: String) throws -> String { try tell("eval \(expression)") }

    /// Holds up publishers, as when memory is short (connection.blocked), or lets them go on; of all virtual hosts, so
    /// only inside ``exclusively(_:)``.
    package func blockPublishers(_ on: Bool) throws {
        // The alarm is raised behind the answer; a publisher of the next moment must meet it.
        try evaluate(
            "vm_memory_monitor:set_vm_memory_high_watermark(\(on ? "0.0000001" : "0.4")), "
                + "F = fun(_, 0) -> exit(no_alarm); (G, N) -> case [A || {{resource_limit, memory, _}, _} = A "
                + "<- rabbit_alarm:get_alarms()] =/= [] of \(on) -> ok; _ -> timer:sleep(20), G(G, N - 1) end end, "
                + "F(F, 1500)")
    }

    /// Closes all connections of a virtual host with 320 CONNECTION_FORCED and this reason.
    package func closeConnections(of host: String, reason: String = "a test") throws {
        try evaluate(
            "[rabbit_networking:close_connection(P, \"\(reason)\") || P <- rabbit_networking:connections(), "
                + "[{vhost, <<\"\(host)\">>}] =:= (catch rabbit_networking:connection_info(P, [vhost]))]")
    }

    @discardableResult
    private func tell(_ line: String) throws -> String {
        let socket = try UnixSocket.connect(in: control, name: "control")
        try socket.writeAll(line.split(whereSeparator: \.isNewline).joined(separator: " ") + "\n")
        let deadline = MonotonicTime.now() + .seconds(400)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while bytes.last != 10 {
            guard socket.waitReadable(until: deadline) else { throw BrokerError("no answer to \(line) for 400 s") }
            let count = try chunk.withUnsafeMutableBytes { try socket.read(into: $0) }
            if count == 0 { throw BrokerError("Scripts/with-rabbitmq went away at \(line)") }
            bytes += chunk[..<(count ?? 0)]
        }
        let answer = String(decoding: bytes.dropLast(), as: UTF8.self)
        guard answer.hasPrefix("ok ") else { throw BrokerError(answer) }
        return String(answer.dropFirst(3))
    }
}
