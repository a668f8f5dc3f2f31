import Glibc
import HobYAML

/// Loads the system's configuration: all `*.yml` files of a directory as one.
package struct SystemLoader {
    private let directory: String
    private let environment: [String: String]
    private let names: any NameResolver

    /// Makes a loader; nothing is read yet.
    ///
    /// - Parameters:
    ///   - directory: where the files are.
    ///   - environment: the environment that variables come from and that services inherit.
    ///   - names: looks users, groups and hosts up.
    package init(directory: String = "/etc/hob", environment: [String: String], names: any NameResolver) {
        self.directory = directory
        self.environment = environment
        self.names = names
    }

    /// Reads everything and reports every mistake; a directory without files is an empty configuration.
    package func load() -> LoadResult {
        let context = LoadingContext(environment: environment, names: names)
        var compiler = ConfigurationCompiler(context: context)
        let absolute = Paths.absolute(directory) ?? directory
        if let files = files(context) {
            context.readDotEnv(Paths.join(directory, ".env"))
            for file in files {
                if let root = FileTree(context: context).read(file, overrides: true) {
                    compiler.add(root, file: file, directory: absolute)
                }
            }
            if files.isEmpty {
                context.problems.warning(
                    Place(file: directory), "there is no *.yml file in it", suggestion: "write one with 'services:'")
            }
        }
        return compiler.finish(defaultName: "system", directory: absolute)
    }

    /// The files by name, without hidden ones and overrides; nil, with a diagnostic, without a directory.
    private func files(_ context: LoadingContext) -> [String]? {
        guard let stream = opendir(directory) else {
            context.problems.error(
                Place(file: directory), "cannot be read", suggestion: String(cString: strerror(errno)).lowercased())
            return nil
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                // The kernel ends the name with a zero byte, within the record.
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name.hasSuffix(".yml") || name.hasSuffix(".yaml"), !name.hasPrefix("."),
                !OverrideMerge.isOverride(name)
            else { continue }
            names.append(name)
        }
        return names.sorted().map { Paths.join(directory, $0) }
    }
}
