import Hob
import HobAMQP
import Synchronization

/// Says in `status` where the connections to the broker stand: there is one for requests and one for answers.
final class BrokerStatus: AMQPObserver {
    private let context: DaemonContext
    private let states = Mutex<[String: AMQPConnectionState]>([:])

    init(_ context: DaemonContext) {
        self.context = context
    }

    func stateChanged(connection: String, to state: AMQPConnectionState) {
        let troubled = states.withLock { states in
            states[connection] = state
            return states.values.first { $0 != .connected }
        }
        context.status("broker: \(troubled ?? .connected)")
    }

    func moved(connection: String, _ traffic: AMQPTraffic) {}
}
