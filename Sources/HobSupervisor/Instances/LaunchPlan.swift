import Glibc
import HobPolicy
import HobSupervisorCore
import HobSystem

/// Turns a definition into what the kernel needs to start one of its processes.
struct LaunchPlan {
    /// The definition in force.
    let definition: ServiceDefinition
    /// Whose process it is.
    let identity: InstanceIdentity
    /// The environment all services share.
    let base: [String]
    /// What hobd was started with before it changed it for itself.
    let original: OriginalLimits
    /// The mark of the process and all it will fork.
    let tag: UInt64
    /// Variables that only this process gets.
    var extra: [(name: String, value: String)] = []

    /// The request for the main process; descriptors are added by the caller.
    func mainProcess() -> SpawnRequest {
        request(for: definition.command)
    }

    /// The request for a helper command.
    func helper(_ command: CommandLine) -> SpawnRequest {
        request(for: command)
    }

    private func request(for command: CommandLine) -> SpawnRequest {
        let words = command.resolved(for: identity)
        // A command has at least one word, or its definition would not have been read.
        var request = SpawnRequest(executable: words.first ?? "", arguments: Array(words.dropFirst()))
        request.environment = environment
        if let path = request.environment.last(where: { $0.hasPrefix("PATH=") }) {
            request.searchPath = String(path.dropFirst(5))
        }
        request.directory = definition.directory.resolved(for: identity)
        request.tag = tag
        let process = definition.process
        request.root = process.root
        request.user = process.user
        request.group = process.group
        request.supplementaryGroups = process.supplementaryGroups ?? (process.user == nil ? nil : [])
        request.umask = process.umask
        request.nice = process.nice
        request.oomScoreAdjustment = process.oomScoreAdjustment
        request.noNewPrivileges = process.noNewPrivileges
        request.limits = process.limits.compactMap { limit in
            let name = "RLIMIT_" + limit.resource.uppercased()
            return Resource.allCases.first { $0.name == name }.map {
                ResourceLimit($0, soft: limit.soft, hard: limit.hard)
            }
        }
        original.restore(in: &request)
        return request
    }

    /// The base environment, the service's own variables over it, then what Hob itself has to say.
    private var environment: [String] {
        var values: [(name: Substring, line: String)] = base.map { line in (Self.name(of: line), line) }
        func set(_ name: String, _ line: String?) {
            values.removeAll { $0.name == name }
            if let line { values.append((Self.name(of: line), line)) }
        }
        for variable in definition.environment {
            set(variable.name, variable.value.map { "\(variable.name)=\($0.resolved(for: identity))" })
        }
        set("HOB_SERVICE", "HOB_SERVICE=\(identity.service)")
        set("HOB_INSTANCE", "HOB_INSTANCE=\(identity.name)")
        set("HOB_INDEX", "HOB_INDEX=\(identity.index)")
        for (name, value) in extra { set(name, "\(name)=\(value)") }
        return values.map(\.line)
    }

    private static func name(of line: String) -> Substring {
        line.prefix { $0 != "=" }
    }

    /// What a helper is told about the process that just ended.
    static func exitVariables(_ outcome: ExitOutcome?) -> [(name: String, value: String)] {
        guard let outcome else { return [] }
        var variables = [(name: "HOB_EXIT", value: outcome.description)]
        switch outcome {
        case .exited(let status): variables.append(("HOB_EXIT_STATUS", String(status)))
        case .signaled(let number, _): variables.append(("HOB_EXIT_SIGNAL", SignalNames.name(of: number)))
        case .unknown: break
        }
        return variables
    }
}
