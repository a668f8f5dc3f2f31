import HobProtocol
import HobSupervisorCore
import HobSystem

// Descriptors that a service hands over for its next process (FDSTORE of sd_notify): the keeper has them, too, so that
// they outlive the service and the supervisor.
extension Supervisor {
    /// How many descriptors one instance may store.
    private static let mostStored = 64

    func store(_ descriptors: [Descriptor], named name: String, _ slot: Int) {
        guard let runtime = runtimes[slot] else { return }
        for descriptor in descriptors {
            guard runtime.stored.count < Self.mostStored else {
                warn(slot, "\(runtime.name) stores more than \(Self.mostStored) descriptors: the rest is closed")
                return
            }
            let used = Set(runtime.stored.map(\.index))
            // One of so many numbers is free: fewer are in use than there are.
            let index = (0..<UInt32(Self.mostStored)).first { !used.contains($0) } ?? 0
            runtime.stored.append(InstanceRuntime.Stored(name: name, descriptor: descriptor, index: index))
            hold(HeldKey(.stored, slot: UInt32(slot), index: index), descriptor, label: name)
        }
    }

    func forgetStored(_ name: String?, _ slot: Int) {
        guard let runtime = runtimes[slot] else { return }
        for stored in runtime.stored where name == nil || stored.name == name {
            drop(HeldKey(.stored, slot: UInt32(slot), index: stored.index))
            stored.descriptor.close()
        }
        runtime.stored.removeAll { name == nil || $0.name == name }
    }

    /// Passes on what an earlier process has stored, from descriptor 3 on, as sd_listen_fds(3) expects it.
    func passStored(to request: inout SpawnRequest, _ definition: ServiceDefinition, _ slot: Int) {
        guard let runtime = runtimes[slot], !runtime.stored.isEmpty else { return }
        let targets = 3..<(3 + Int32(runtime.stored.count))
        if case .descriptor(let number) = definition.readiness.kind, targets.contains(number) {
            warn(slot, "its readiness descriptor \(number) is in the way of \(runtime.stored.count) stored ones")
            return
        }
        for (stored, target) in zip(runtime.stored, targets) {
            request.descriptors.append(DescriptorMapping(source: stored.descriptor.raw, target: target))
        }
        request.listenFDs = runtime.stored.count
        request.environment.removeAll { $0.hasPrefix("LISTEN_FDNAMES=") }
        request.environment.append("LISTEN_FDNAMES=" + runtime.stored.map(\.name).joined(separator: ":"))
    }
}
