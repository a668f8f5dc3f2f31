import CHobSystem
import Glibc

/// A request in the shape the child reads: C strings and arrays, all allocated before the clone.
enum SpawnArguments {
    static func with<Result>(
        _ request: SpawnRequest, _ body: (inout hob_spawn_request) -> Result
    ) -> Result {
        var arguments = hob_spawn_request()
        arguments.has_user = request.user == nil ? 0 : 1
        arguments.user = request.user ?? 0
        arguments.has_group = request.group == nil ? 0 : 1
        arguments.group = request.group ?? 0
        arguments.has_groups = request.supplementaryGroups == nil ? 0 : 1
        arguments.has_umask = request.umask == nil ? 0 : 1
        arguments.umask = request.umask ?? 0
        arguments.has_tag = request.tag == nil ? 0 : 1
        arguments.tag = request.tag ?? 0
        arguments.has_nice = request.nice == nil ? 0 : 1
        arguments.nice = request.nice ?? 0
        arguments.has_oom = request.oomScoreAdjustment == nil ? 0 : 1
        arguments.oom = request.oomScoreAdjustment ?? 0
        arguments.no_new_privileges = request.noNewPrivileges ? 1 : 0
        arguments.parent_death_signal = request.parentDeathSignal ?? 0
        arguments.session = request.session.rawValue
        arguments.controlling_terminal = request.controllingTerminal ? 1 : 0
        arguments.cgroup = request.cgroup ?? -1
        arguments.birth = request.birth?.word
        arguments.birth_ticket = request.birth?.ticket ?? 0

        let limits = request.limits.map { limit in
            hob_spawn_limit(
                resource: limit.resource.number, has_soft: limit.soft == nil ? 0 : 1,
                has_hard: limit.hard == nil ? 0 : 1, soft: limit.soft ?? 0, hard: limit.hard ?? 0)
        }
        let mappings = request.descriptors.map { hob_spawn_mapping(source: $0.source, target: $0.target) }
        let groups = request.supplementaryGroups ?? []

        let executables = CStringArray(candidates(for: request))
        let words = CStringArray([request.argv0 ?? request.executable] + request.arguments)
        let environment = CStringArray(self.environment(of: request))
        defer {
            executables.deallocate()
            words.deallocate()
            environment.deallocate()
        }
        arguments.executables = UnsafeRawPointer(executables.base).assumingMemoryBound(to: UnsafePointer<CChar>?.self)
        arguments.argv = UnsafePointer(words.base)
        arguments.envp = UnsafePointer(environment.base)
        if request.listenFDs > 0, let entry = environment.base[environment.count - 1] {
            arguments.listen_pid = entry + listenPID.utf8.count
        }

        return limits.withUnsafeBufferPointer { limits in
            mappings.withUnsafeBufferPointer { mappings in
                groups.withUnsafeBufferPointer { groups in
                    withOptionalCString(request.directory) { directory in
                        withOptionalCString(request.root) { root in
                            arguments.limits = limits.baseAddress
                            arguments.limit_count = limits.count
                            arguments.mappings = mappings.baseAddress
                            arguments.mapping_count = mappings.count
                            arguments.groups = groups.baseAddress
                            arguments.group_count = groups.count
                            arguments.directory = directory
                            arguments.root = root
                            return body(&arguments)
                        }
                    }
                }
            }
        }
    }

    private static let listenPID = "LISTEN_PID="
    // Room for the digits that only the child knows.
    private static let listenPIDEntry = listenPID + "0000000000000000"

    private static func environment(of request: SpawnRequest) -> [String] {
        guard request.listenFDs > 0 else { return request.environment }
        let others = request.environment.filter { !$0.hasPrefix("LISTEN_FDS=") && !$0.hasPrefix(listenPID) }
        return others + ["LISTEN_FDS=\(request.listenFDs)", listenPIDEntry]
    }

    private static func candidates(for request: SpawnRequest) -> [String] {
        if request.executable.contains("/") || request.executable.isEmpty { return [request.executable] }
        let directories = request.searchPath.split(separator: ":", omittingEmptySubsequences: false)
        // An empty part means the working directory, as in the shell.
        return directories.map { $0.isEmpty ? "./\(request.executable)" : "\($0)/\(request.executable)" }
    }

    private static func withOptionalCString<Result>(
        _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
    ) -> Result {
        guard let text else { return body(nil) }
        return text.withCString { body($0) }
    }
}
