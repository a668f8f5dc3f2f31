import HobProtocol
import HobSupervisorCore
import HobSystem

/// What descriptors a set of services needs in the supervisor, against what the limit allows.
///
/// The keeper holds one per instance under the same limit, so the supervisor's need is always the greater one.
struct DescriptorBudget {
    /// The process and the log FIFO of an idle instance.
    static let perInstance = 2
    /// The loops, directories, sockets and files of the supervisor itself, with some room for spawns, hooks and log
    /// files, which are opened on use.
    static let forItself = 64

    /// How many connections of clients there may be: an eighth of what there is, and never more than a few hundred.
    static var forClients: Int {
        let limit = (try? ProcessLimits.get(.openFiles))?.soft ?? 1_024
        return Int(min(512, max(8, limit / 8)))
    }

    /// How many instances there are to be.
    let instances: Int
    /// How many descriptors they need besides: notify sockets and readiness pipes.
    let extra: Int

    /// How many are kept for clients.
    let clients: Int

    init(_ counts: some Sequence<(ServiceDefinition, Int)>, clients: Int = Self.forClients) {
        self.clients = clients
        var instances = 0
        var extra = 0
        for (definition, count) in counts {
            instances += count
            if definition.wantsNotifySocket { extra += count }
            if case .descriptor = definition.readiness.kind { extra += count }
        }
        self.instances = instances
        self.extra = extra
    }

    /// How many descriptors are needed.
    var needed: Int { instances * Self.perInstance + extra + Self.forItself + clients }

    /// Throws when the limit of this process does not allow as many.
    func check() throws(Failure) {
        guard let limit = try? ProcessLimits.get(.openFiles) else { return }
        try check(against: limit.soft)
    }

    /// Throws when a limit does not allow as many.
    func check(against limit: UInt64) throws(Failure) {
        guard UInt64(needed) > limit else { return }
        let others = extra > 0 ? ", \(extra) for notify sockets and readiness pipes" : ""
        throw Failure(
            .badConfiguration,
            "\(instances) instances need \(needed) file descriptors in hobd (\(Self.perInstance) each\(others), "
                + "\(Self.forItself + clients) for itself and its clients), but its limit is \(limit): raise the hard limit of open files "
                + "(ulimit -Hn, LimitNOFILE=) to \(needed + Self.reserve) and start hobd anew, or have fewer instances")
    }

    /// Put by, so that a client is heard when all others are in use.
    static let reserve = 32
}
