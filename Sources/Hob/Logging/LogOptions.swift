import Glibc
public import Logging

/// How a daemon logs.
public struct LogOptions: Sendable {
    /// The level at first; signals change it.
    public var level: Logger.Level
    /// The look of lines where their destination does not say.
    public var format: LogFormat
    /// Where lines go.
    public var destinations: [LogDestination]
    /// Whether lines go to standard output as well: in the foreground, unless they go to a standard stream already.
    public var copiesToStandardOutput: Bool
    /// Who is told of errors.
    public var errorReport: ErrorReport?

    /// Makes options.
    public init(
        level: Logger.Level, format: LogFormat = .text, destinations: [LogDestination] = [.standardOutput()],
        copiesToStandardOutput: Bool = false, errorReport: ErrorReport? = nil
    ) {
        self.level = level
        self.format = format
        self.destinations = destinations
        self.copiesToStandardOutput = copiesToStandardOutput
        self.errorReport = errorReport
    }

    /// The level that goes with an environment: info in production, debug in development and all others.
    public static func level(inEnvironment environment: String) -> Logger.Level {
        environment == "production" ? .info : .debug
    }

    /// The paths of the files among the destinations.
    var files: [String] {
        destinations.compactMap { if case .file(let path, _, _) = $0 { path } else { nil } }
    }

    /// Takes the paths of files from the working directory of this moment, so that a daemon that changes it finds them
    /// again at a reload.
    mutating func makePathsAbsolute() {
        destinations = destinations.map { destination in
            guard case .file(let path, let format, let mode) = destination else { return destination }
            return .file(AbsolutePath.of(path), format: format, mode: mode)
        }
    }

    /// Whether a descriptor's lines have colour when nobody says: on a terminal, unless NO_COLOR is set.
    static func usesColour(onDescriptor descriptor: Int32) -> Bool {
        let isPlain = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        return !isPlain && isatty(descriptor) == 1
    }
}
