/// Where a value comes from.
public indirect enum ConfigurationOrigin: Sendable, Hashable, CustomStringConvertible {
    /// The default that the key declares.
    case defaultValue
    /// A place in a file of the configuration.
    case file(String, line: Int, column: Int)
    /// An environment variable.
    case variable(String)
    /// The command line: the flag, with the key.
    case commandLine(String)
    /// A file that holds nothing but the value, and where its path was found.
    case secretFile(String, namedBy: ConfigurationOrigin)
    /// The daemon's own code.
    case program
    /// The declaration of the keys in the daemon's source.
    case declaration

    /// The origin as messages name it: `config/base.yml:3:9`, a variable's name, `--set http.port`.
    public var description: String {
        switch self {
        case .defaultValue: "default"
        case .file(let path, let line, let column): "\(path):\(line):\(column)"
        case .variable(let name): name
        case .commandLine(let flag): flag
        case .secretFile(let path, let namer): "\(path) (\(namer))"
        case .program: "program"
        case .declaration: "the declared keys"
        }
    }

    /// The same without a secret's own file.
    var layer: ConfigurationOrigin {
        if case .secretFile(_, let namer) = self { namer } else { self }
    }
}
