import HobSupervisorCore
import HobYAML

extension ConfigurationCompiler {
    /// Checks what was added against each other, and makes the result of it.
    func finish(defaultName: String, directory: String) -> LoadResult {
        let problems = context.problems
        let (services, groups) = CrossChecks.run(self)
        guard !problems.hasErrors else { return .failed(Problems.sorted(problems.errors)) }
        for service in services { CommandCheck(context: context).run(service) }
        let environment = context.environment.map { "\($0.key)=\($0.value)" }.sorted()
        return .loaded(
            Configuration(
                name: name ?? (defaultName.isEmpty || defaultName == "/" ? "root" : defaultName), directory: directory,
                set: AppliedSet(environment: environment, services: services.map(\.definition)), groups: groups,
                warnings: Problems.sorted(problems.warnings), files: context.files))
    }
}
