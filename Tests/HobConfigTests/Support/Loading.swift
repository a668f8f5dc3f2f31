import HobConfig
import HobSupervisorCore
import HobYAML
import Testing

/// Loads a text as the hob.yml of an otherwise empty directory.
func load(
    _ text: String, environment: [String: String] = ["PATH": "/usr/bin:/bin"], files: [String: String] = [:],
    in directory: ScratchDirectory = ScratchDirectory()
) -> LoadResult {
    for (name, contents) in files { directory.write(name, contents) }
    let file = directory.write("hob.yml", text)
    return withExtendedLifetime(directory) {
        ProjectLoader(file: file, environment: environment, names: FixedNames()).load()
    }
}

/// What a load says is wrong, one line each, without the directory that the test made.
func errors(
    _ text: String, environment: [String: String] = ["PATH": "/usr/bin:/bin"], files: [String: String] = [:],
    in directory: ScratchDirectory = ScratchDirectory()
) -> [String] {
    load(text, environment: environment, files: files, in: directory).errors
        .map { $0.description.replacing(directory.path + "/", with: "") }
}

/// The services of a text that must load.
func services(
    _ text: String, environment: [String: String] = ["PATH": "/usr/bin:/bin"], files: [String: String] = [:],
    in directory: ScratchDirectory = ScratchDirectory(), sourceLocation: SourceLocation = #_sourceLocation
) throws -> [ServiceDefinition] {
    let result = load(text, environment: environment, files: files, in: directory)
    #expect(result.errors.map(\.description) == [], sourceLocation: sourceLocation)
    return try #require(result.configuration, sourceLocation: sourceLocation).set.services
}

/// The service `web` with a command and these further lines.
func web(
    _ lines: String, environment: [String: String] = ["PATH": "/usr/bin:/bin"], files: [String: String] = [:],
    in directory: ScratchDirectory = ScratchDirectory(), sourceLocation: SourceLocation = #_sourceLocation
) throws -> ServiceDefinition {
    let services = try services(
        webText(lines), environment: environment, files: files, in: directory, sourceLocation: sourceLocation)
    return try #require(services.first, sourceLocation: sourceLocation)
}

/// The file with a service `web` that has these lines, from line 3 on and column 5; a command if they have none.
func webText(_ lines: String) -> String {
    let hasCommand = lines.split(separator: "\n").contains { $0.hasPrefix("command:") }
    let all = hasCommand ? lines : lines + "\ncommand: sleep 1"
    return "services:\n  web:\n"
        + all.split(separator: "\n", omittingEmptySubsequences: false)
        .map { "    \($0)\n" }.joined()
}

/// The words that the first instance of a service is started with.
func words(_ service: ServiceDefinition, instance: Int = 1) -> [String] {
    service.command.resolved(for: service.identity(of: instance))
}
