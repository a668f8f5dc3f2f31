package import HobProtocol
package import HobSystem

extension SupervisorConnection {
    /// The states of the instances that the targets name; all for none.
    package func statuses(of targets: [String], until deadline: MonotonicTime? = nil) throws -> [InstanceStatus] {
        var statuses: [InstanceStatus] = []
        let request = Request(id: makeRequestID(), verb: .status, targets: targets)
        _ = try perform(request, until: deadline ?? .now() + .seconds(30)) { body in
            if case .status(let status) = body { statuses.append(status) }
        }
        return statuses
    }

    /// Waits until all that the instances have written so far stands in their log files.
    package func flush(_ targets: [String], until deadline: MonotonicTime? = nil) throws {
        var request = Request(id: makeRequestID(), verb: .flush, targets: targets)
        request.wait = 5_000
        _ = try perform(request, until: deadline ?? .now() + .seconds(10))
    }
}
