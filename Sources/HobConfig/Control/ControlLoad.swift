package import HobYAML

/// What was read of a daemon, and what there is to say about it.
package struct ControlLoad: Sendable {
    /// What is right of it.
    package let settings: ControlSettings
    /// What is wrong, by place; nothing may be done then.
    package let errors: [Diagnostic]
    /// What is odd but works, by place.
    package let warnings: [Diagnostic]

    private init(_ settings: ControlSettings, _ context: LoadingContext) {
        self.settings = settings
        errors = Problems.sorted(context.problems.errors)
        warnings = Problems.sorted(context.problems.warnings)
    }

    private init(_ settings: ControlSettings, errors: [Diagnostic], warnings: [Diagnostic]) {
        self.settings = settings
        self.errors = errors
        self.warnings = warnings
    }

    // MARK: - Files

    /// Reads a file; paths in it are seen from its directory, which is also where the daemon runs by default.
    ///
    /// - Parameters:
    ///   - file: The path; messages name it as it is given here.
    ///   - environment: Where `${VAR}` comes from, before the `.env` file beside the file.
    package static func file(_ file: String, environment: [String: String]) -> ControlLoad {
        let context = LoadingContext(environment: environment, names: SystemNameResolver())
        let settings = read(file, context) ?? ControlSettings()
        return ControlLoad(settings, context)
    }

    private static func read(_ file: String, _ context: LoadingContext) -> ControlSettings? {
        do throws(FileContents.Refusal) {
            guard let source = try context.source(file) else { return nil }
            context.readDotEnv(Paths.beside(file, ".env"))
            guard let root = YAMLReader.read(source, reporting: context.problems), !root.isNull else {
                if !context.problems.hasErrors {
                    context.problems.error(
                        Place(file: file), "the file is empty", suggestion: "write 'command:' and 'pid_file:'")
                }
                return nil
            }
            let values = ValueReader(
                context: context, owner: "the file", scope: VariableScope(environment: context.variables))
            guard let fields = values.fields(of: Field(name: "", node: root), .control) else { return nil }
            var variables = EnvironmentReader(values: values, file: file)
            let environment = variables.read(fields)
            let directory = Paths.absolute(Paths.directory(of: file)) ?? "/"
            var settings = ControlReader(values: values, directory: directory).read(fields, environment: environment)
            if settings.directory == nil { settings.directory = directory }
            return settings
        } catch {
            context.problems.error(Place(file: file), "cannot be read", suggestion: error.reason)
            return nil
        }
    }

    // MARK: - Flags

    /// Reads flags by the same rules; what is wrong has the flag's name in its message, and no place worth showing.
    ///
    /// - Parameters:
    ///   - flags: What was given.
    ///   - directory: The current directory.
    ///   - environment: Where `${VAR}` in commands comes from.
    package static func flags(
        _ flags: [ControlFlag], directory: String, environment: [String: String]
    ) -> ControlLoad {
        let context = LoadingContext(environment: environment, names: SystemNameResolver())
        let values = ValueReader(
            context: context, owner: "the command line", scope: VariableScope(environment: environment))
        let fields = Fields(flags.map { ($0.key, $0.field) }, meant: [])
        var variables = EnvironmentReader(values: values, file: "")
        let settings = ControlReader(values: values, directory: directory)
            .read(fields, environment: variables.read(fields))
        let load = ControlLoad(settings, context)
        // A remedy for files is none for flags.
        let warnings = load.warnings.map { warning in
            var warning = warning
            if warning.suggestion == ValueReader.shellRemedy {
                let isCommand = warning.file == ControlFlag.commandName
                warning.suggestion = "write \(isCommand ? "--shell" : "sh -c '…'") if a shell is meant"
            }
            return warning
        }
        return ControlLoad(settings, errors: load.errors, warnings: warnings)
    }
}
