public import Logging

/// Holds back what is logged below a level, by this task and those it starts, while the body runs.
///
/// Blocks may be nested; the highest level counts. Other tasks log as ever.
public func quiet<Value>(below level: Logger.Level = .error, _ body: () throws -> Value) rethrows -> Value {
    try QuietLevel.$current.withValue(QuietLevel.raised(to: level), operation: body)
}

/// Holds back what is logged below a level, by this task and those it starts, while the body runs.
///
/// Blocks may be nested; the highest level counts. Other tasks log as ever.
public func quiet<Value>(
    below level: Logger.Level = .error, isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Value
) async rethrows -> Value {
    try await QuietLevel.$current.withValue(QuietLevel.raised(to: level), operation: body, isolation: isolation)
}

/// The level below which the current task is silent.
enum QuietLevel {
    @TaskLocal static var current: Logger.Level?

    static func raised(to level: Logger.Level) -> Logger.Level { current.map { max($0, level) } ?? level }
}
