public import ArgumentParser
public import HobWorkers

/// A program that runs for ever.
///
///     @main struct DirLister: Daemon {
///         @Option(help: "The directory to list.") var path = "."
///
///         func run(_ context: DaemonContext) async throws {
///             for try await _ in context.every(.seconds(5)) {
///                 context.logger.info("\(try list(path))")
///             }
///         }
///     }
///
/// Its options are properties with `@Option`, `@Flag` and `@Argument`; its state is local to ``run(_:)``. The binary
/// understands `run` (in the foreground, the default), `start`, `stop`, `restart`, `reload`, `status`, `logs`, `config` and
/// `version`.
public protocol Daemon: ParsableArguments, Sendable {
    /// Its name, version and habits; everything has a default.
    static var configuration: DaemonConfiguration { get }

    /// The keys of its configuration, which it reads by `context.configuration[key]`; any other key in a file, a variable
    /// or behind `--set` is an error.
    static var keys: [any ConfigurationKey] { get }

    /// The workers of its pools (``DaemonContext/workers(_:min:max:listeners:options:)``); the daemon's executable becomes
    /// one of them when a pool starts it.
    static var workers: [any Worker.Type] { get }

    /// Does the daemon's work; it is over when this returns or throws.
    ///
    /// At TERM or INT a graceful shutdown begins: `context.every` ends, services are asked to end, and
    /// `cancelWhenGracefulShutdown` cancels. Whoever does not heed it is cancelled after three quarters of
    /// ``DaemonConfiguration/shutdownDeadline``.
    func run(_ context: DaemonContext) async throws

    /// Is called at HUP, after the log was reopened and the configuration read anew; an error is logged, and the daemon runs on.
    func reload(_ context: DaemonContext) async throws
}

extension Daemon {
    /// The defaults.
    public static var configuration: DaemonConfiguration { DaemonConfiguration() }

    /// None.
    public static var keys: [any ConfigurationKey] { [] }

    /// None.
    public static var workers: [any Worker.Type] { [] }

    /// Does nothing.
    public func reload(_ context: DaemonContext) async throws {}

    /// The name it goes by: the configured one, or that of its type in small letters.
    static var daemonName: String { configuration.name ?? String(describing: Self.self).lowercased() }
}
