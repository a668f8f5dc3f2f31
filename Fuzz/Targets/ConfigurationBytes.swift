import HobConfig
import HobSupervisorCore
import HobSystem
import HobYAML

/// The text of a hob.yml.
enum ConfigurationBytes {
    static func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        try load(bytes) { path throws(FuzzFinding) in
            try judge(ProjectLoader(file: path, environment: ["PATH": "/usr/bin:/bin"], names: NobodyKnown()).load())
        }
    }

    /// Hands the path of a file in memory with these bytes to the body.
    static func load(_ bytes: [UInt8], _ body: (String) throws(FuzzFinding) -> Void) throws(FuzzFinding) {
        let file: Descriptor
        do throws(SystemError) {
            file = try Descriptor.memory(named: "fuzz")
            try file.writeAll(bytes)
        } catch {
            throw FuzzFinding("no file in memory: \(error)")
        }
        defer { file.close() }
        try body("/proc/self/fd/\(file.raw)")
    }

    /// Either a set that survives being stored, or errors that say where, in order.
    static func judge(_ result: LoadResult) throws(FuzzFinding) {
        switch result {
        case .loaded(let configuration):
            let set = configuration.set
            try promise(!set.services.isEmpty, "loaded, but without a service")
            try promise((try? AppliedSet(lines: set.lines)) == set, "an applied set changes when it is stored")
        case .failed(let errors):
            try promise(!errors.isEmpty, "refused without a reason")
            for error in errors {
                try promise(
                    error.line >= 1 && error.column >= 1 && !error.message.isEmpty, "an error without a place: \(error)"
                )
            }
            try promise(errors == errors.sorted { $0.place < $1.place }, "errors are not in the order of the file")
        }
    }
}

/// A machine without users, groups and hosts: fuzzing asks no name server.
struct NobodyKnown: NameResolver {
    func user(named name: String) -> UserRecord? { nil }
    func user(numbered number: UInt32) -> UserRecord? { nil }
    func group(named name: String) -> UInt32? { nil }
    func groups(of user: String, with group: UInt32) -> [UInt32] { [group] }

    func addresses(of host: String) throws(NameResolutionError) -> [String] {
        throw NameResolutionError(reason: "nobody is known")
    }
}
