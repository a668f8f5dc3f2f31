import Hob
import HobAMQP

/// Says in `status` where the connection to the broker stands.
struct BrokerStatus: AMQPObserver {
    private let context: DaemonContext

    init(_ context: DaemonContext) {
        self.context = context
    }

    func stateChanged(connection: String, to state: AMQPConnectionState) {
        context.status("broker: \(state)")
    }

    func moved(connection: String, _ traffic: AMQPTraffic) {}
}
