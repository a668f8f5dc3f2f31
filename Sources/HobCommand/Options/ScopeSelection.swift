import ArgumentParser
import HobClient
import HobSystem

/// What says which project is meant, or the system.
protocol ScopeSelection {
    var file: String? { get }
    var place: PlaceOptions { get }
}

extension ScopeSelection {
    /// The scope; `mustExist` false is for verbs that help even when hob.yml is gone.
    func scope(mustExist: Bool = false) throws -> Scope {
        let places = Scope.Places(environment: ProcessEnvironment.current)
        if place.system { return Scope.system(places) }
        return try Scope.project(file: file, directory: place.directory, places: places, mustExist: mustExist)
    }

    /// What finds and starts the scope's supervisor.
    func launcher(mustExist: Bool = false) throws -> SupervisorLauncher {
        SupervisorLauncher(try scope(mustExist: mustExist), environment: ProcessEnvironment.current)
    }

    func checkScope() throws {
        if place.system, file != nil || place.directory != nil {
            throw ValidationError("--system has its own place (/etc/hob): leave out --file and --directory")
        }
    }
}
