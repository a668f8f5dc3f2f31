import Glibc
public import Logging

/// How a daemon logs.
public struct LogOptions: Sendable {
    /// The level at first; signals change it.
    public var level: Logger.Level
    /// Where lines go.
    public var destinations: [LogDestination]
    /// Whether lines go to standard output as well: in the foreground.
    public var copiesToStandardOutput: Bool
    /// Who is told of errors.
    public var errorReport: ErrorReport?

    /// Makes options.
    public init(
        level: Logger.Level, destinations: [LogDestination] = [.standardOutput()],
        copiesToStandardOutput: Bool = false, errorReport: ErrorReport? = nil
    ) {
        self.level = level
        self.destinations = destinations
        self.copiesToStandardOutput = copiesToStandardOutput
        self.errorReport = errorReport
    }

    /// The level that goes with an environment: info in production, debug in development and all others.
    public static func level(inEnvironment environment: String) -> Logger.Level {
        environment == "production" ? .info : .debug
    }

    /// What a descriptor is written in when nobody says: text, in colour on a terminal unless NO_COLOR is set.
    static func format(forDescriptor descriptor: Int32) -> LogFormat {
        let isPlain = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
        return LogFormat(.text, usesColour: !isPlain && isatty(descriptor) == 1)
    }
}
