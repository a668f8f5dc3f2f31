import HobSupervisorCore
import HobYAML

/// Loads a project's `hob.yml`, with the `.env` and `hob.override.yml` beside it.
package struct ProjectLoader {
    private let file: String
    private let environment: [String: String]
    private let names: any NameResolver
    private let overrides: Bool

    /// Makes a loader; nothing is read yet.
    ///
    /// - Parameters:
    ///   - file: the path of the file; messages name it as it is given here.
    ///   - environment: the environment that variables come from and that services inherit.
    ///   - names: looks users, groups and hosts up.
    ///   - overrides: whether `hob.override.yml` is laid over the file.
    package init(file: String, environment: [String: String], names: any NameResolver, overrides: Bool = true) {
        self.file = file
        self.environment = environment
        self.names = names
        self.overrides = overrides
    }

    /// Reads everything and reports every mistake; nothing is started or changed.
    package func load() -> LoadResult {
        let context = LoadingContext(environment: environment, names: names)
        var compiler = ConfigurationCompiler(context: context)
        let directory = Paths.absolute(Paths.directory(of: file))
        if let root = FileTree(context: context).read(file, overrides: overrides) {
            context.readDotEnv(Paths.beside(file, ".env"))
            compiler.add(root, file: file, directory: directory ?? "/")
        }
        return compiler.finish(defaultName: Paths.name(of: directory ?? "/"), directory: directory ?? "/")
    }
}
