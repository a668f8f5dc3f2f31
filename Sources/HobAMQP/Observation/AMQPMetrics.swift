#if AMQP
public import CoreMetrics
import Metrics

/// An observer that counts with swift-metrics, under the label `connection`.
///
///     configuration.observer = AMQPMetrics()
public struct AMQPMetrics: AMQPObserver {
    private let prefix: String
    private let factory: any MetricsFactory

    /// Counters named `PREFIX_published_total`, `_confirmed_total`, `_not_taken_total`, `_returned_total`,
    /// `_delivered_total`, `_settled_total`, `_stale_total`, `_bytes_sent_total`, `_bytes_received_total`,
    /// `_recoveries_total`, and the gauges `PREFIX_connected` and `PREFIX_blocked`.
    ///
    /// - Parameters:
    ///   - prefix: how the names begin.
    ///   - factory: where they go; by default where the process's metrics go.
    public init(prefix: String = "amqp", factory: any MetricsFactory = MetricsSystem.factory) {
        self.prefix = prefix
        self.factory = factory
    }

    /// Sets the gauges.
    public func stateChanged(connection: String, to state: AMQPConnectionState) {
        let (connected, blocked) =
            switch state {
            case .connected: (1, 0)
            case .blocked: (1, 1)
            case .connecting, .recovering, .closing, .closed: (0, 0)
            }
        Gauge(label: "\(prefix)_connected", dimensions: [("connection", connection)], factory: factory).record(
            connected)
        Gauge(label: "\(prefix)_blocked", dimensions: [("connection", connection)], factory: factory).record(blocked)
    }

    /// Raises the counters.
    public func moved(connection: String, _ traffic: AMQPTraffic) {
        count("published", traffic.published, connection)
        count("confirmed", traffic.confirmed, connection)
        count("not_taken", traffic.notTaken, connection)
        count("returned", traffic.returned, connection)
        count("delivered", traffic.delivered, connection)
        count("settled", traffic.settled, connection)
        count("stale", traffic.stale, connection)
        count("bytes_sent", traffic.bytesOut, connection)
        count("bytes_received", traffic.bytesIn, connection)
        count("recoveries", traffic.recoveries, connection)
    }

    private func count(_ name: String, _ value: UInt64, _ connection: String) {
        guard value > 0 else { return }
        Counter(label: "\(prefix)_\(name)_total", dimensions: [("connection", connection)], factory: factory)
            .increment(by: Int64(clamping: value))
    }
}
#endif
