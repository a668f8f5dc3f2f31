import HobProtocol

extension InstanceStatus {
    /// A status with what a test cares about.
    static func of(
        _ instance: String, _ state: ActualState, kind: ServiceKind = .service, wanted: WantedState = .up,
        change: (inout InstanceStatus) -> Void = { _ in }
    ) -> InstanceStatus {
        let service = String(instance.prefix { $0 != "@" })
        var status = InstanceStatus(
            instance: instance, service: service, index: 1, kind: kind, wanted: wanted, state: state)
        change(&status)
        return status
    }
}

extension EventRecord {
    /// A change of state.
    static func state(
        _ instance: String, _ state: ActualState, sequence: UInt64 = 1, time: Int64 = 0, message: String? = nil
    ) -> EventRecord {
        EventRecord(
            sequence: sequence, time: time, kind: .state, instance: instance, state: state, message: message)
    }
}
