import HobYAML

/// What all parts of one load share: problems, variables, names, and the texts read so far.
final class LoadingContext {
    /// Everything that was found.
    let problems = Problems()
    /// Looks users, groups and hosts up.
    let names: any NameResolver
    /// The environment of `hob`.
    let environment: [String: String]
    /// The environment of `hob` over the `.env` file.
    private(set) var variables: [String: String]
    /// The files that were read, in order.
    private(set) var files: [String] = []
    private var sources: [String: SourceText] = [:]
    private var addresses: [String: Result<[String], NameResolutionError>] = [:]

    /// Makes a context.
    init(environment: [String: String], names: any NameResolver) {
        self.environment = environment
        self.names = names
        variables = environment
    }

    /// Reads a file as text; each only once.
    func source(_ file: String) throws(FileContents.Refusal) -> SourceText? {
        if let source = sources[file] { return source }
        let bytes = try FileContents.read(file)
        files.append(file)
        do throws(DiagnosticError) {
            let source = try SourceText(file: file, bytes: bytes)
            sources[file] = source
            return source
        } catch {
            problems.error(error.diagnostic.place, error.diagnostic.message)
            return nil
        }
    }

    /// Reads the `.env` file beside the configuration, if there is one.
    func readDotEnv(_ file: String) {
        // A directory of this name is somebody's virtual environment.
        guard Paths.exists(file), !Paths.isDirectory(file) else { return }
        do throws(FileContents.Refusal) {
            guard let source = try source(file) else { return }
            let scope = VariableScope(environment: environment)
            for variable in DotEnvReader.read(source, scope: scope, reporting: problems)
            where environment[variable.name] == nil {
                variables[variable.name] = variable.value.plain
            }
        } catch {
            problems.error(Place(file: file), "cannot be read", suggestion: error.reason)
        }
    }

    /// Where a text stands at or shortly after a place; the place itself when it is not found.
    func place(of text: String, from place: Place) -> Place {
        sources[place.file]?.place(of: text, from: place, within: 65_536) ?? place
    }

    /// The addresses of a host; each is asked for only once.
    func addresses(of host: String) -> Result<[String], NameResolutionError> {
        if let known = addresses[host] { return known }
        let result: Result<[String], NameResolutionError>
        do throws(NameResolutionError) {
            result = .success(try names.addresses(of: host))
        } catch {
            result = .failure(error)
        }
        addresses[host] = result
        return result
    }
}
