public import HobPolicy
public import Logging

/// Who is told when the daemon logs an error.
///
/// The program gets the record as one JSON object on its standard input, and `HOB_DAEMON`, `HOB_LOG_LEVEL`,
/// `HOB_LOG_MESSAGE` and `HOB_HELD_BACK` in its environment; a webhook gets the same object by POST. For `https`, let a
/// command do it: `.command(["curl", "-sf", "--json", "@-", "https://…"])`.
public struct ErrorReport: Sendable, Hashable {
    /// How somebody is told.
    public enum Receiver: Sendable, Hashable {
        /// A program and its arguments; no shell sees them.
        case command([String])
        /// A line for `/bin/sh -c`.
        case shell(String)
        /// An `http://` URL.
        case webhook(String)
    }

    /// How somebody is told.
    public var receiver: Receiver
    /// From which level on.
    public var level: Logger.Level
    /// How many reports there are at most; what goes beyond is counted, and the next report says how many it were.
    public var limit: RateLimit
    /// How long one report may take; then its program is killed, with its descendants.
    public var deadline: Duration

    /// Makes a report.
    public init(
        to receiver: Receiver, level: Logger.Level = .error,
        limit: RateLimit = RateLimit(count: 10, window: .seconds(60)),
        deadline: Duration = .seconds(10)
    ) {
        self.receiver = receiver
        self.level = level
        self.limit = limit
        self.deadline = deadline
    }
}
