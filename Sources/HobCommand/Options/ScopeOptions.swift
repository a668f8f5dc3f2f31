import ArgumentParser
import Glibc
import HobClient

/// Which project, or the system.
struct ScopeOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "Another file than hob.yml.", completion: .file(extensions: ["yml", "yaml"]))
    var file: String?

    @Option(
        name: [.customShort("C"), .long], help: "Look for hob.yml in this directory and above it.",
        completion: .directory)
    var directory: String?

    @Flag(help: "The system's services instead of a project's.")
    var system = false

    func validate() throws {
        if system, file != nil || directory != nil {
            throw ValidationError("--system has its own place (/etc/hob): leave out --file and --directory")
        }
    }

    /// The scope; `mustExist` false is for verbs that help even when hob.yml is gone.
    func scope(mustExist: Bool = false) throws -> Scope {
        let places = Scope.Places(environment: ProcessEnvironment.current)
        if system { return Scope.system(places) }
        return try Scope.project(file: file, directory: directory, places: places, mustExist: mustExist)
    }

    /// What finds and starts the scope's supervisor.
    func launcher(mustExist: Bool = false) throws -> SupervisorLauncher {
        SupervisorLauncher(try scope(mustExist: mustExist), environment: ProcessEnvironment.current)
    }
}

/// The variables this process was started with.
enum ProcessEnvironment {
    /// The environment; of two variables of one name the first counts, as in getenv(3).
    static var current: [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if pair.count == 2, !pair[0].isEmpty {
                let name = String(pair[0])
                if result[name] == nil { result[name] = String(pair[1]) }
            }
            entry += 1
        }
        return result
    }
}
