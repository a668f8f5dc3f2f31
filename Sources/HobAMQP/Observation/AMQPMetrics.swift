import Metrics

/// An observer that counts with swift-metrics, under the label `connection`.
///
///     configuration.observer = AMQPMetrics()
public struct AMQPMetrics: AMQPObserver {
    private let prefix: String

    /// Counters named `PREFIX_published_total`, `_confirmed_total`, `_not_taken_total`, `_returned_total`,
    /// `_delivered_total`, `_settled_total`, `_stale_total`, `_bytes_sent_total`, `_bytes_received_total`,
    /// `_recoveries_total`, and the gauges `PREFIX_connected` and `PREFIX_blocked`.
    ///
    /// - Parameter prefix: how the names begin.
    public init(prefix: String = "amqp") {
        self.prefix = prefix
    }

    /// Sets the gauges.
    public func stateChanged(connection: String, to state: AMQPConnectionState) {
        let (connected, blocked) =
            switch state {
            case .connected: (1, 0)
            case .blocked: (1, 1)
            case .connecting, .recovering, .closing, .closed: (0, 0)
            }
        Gauge(label: "\(prefix)_connected", dimensions: [("connection", connection)]).record(connected)
        Gauge(label: "\(prefix)_blocked", dimensions: [("connection", connection)]).record(blocked)
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
        Counter(label: "\(prefix)_\(name)_total", dimensions: [("connection", connection)])
            .increment(by: Int64(clamping: value))
    }
}
