/// The command that starts the daemon: known beforehand, or made when it is needed.
public enum StartCommand: Sendable, ExpressibleByArrayLiteral {
    /// Known beforehand.
    case command(Command)
    /// Made at each start, under the lock and after ``DaemonController/Configuration/beforeStart``; an error fails the
    /// start. It counts into the start timeout.
    case make(@Sendable () async throws -> Command)

    /// The program and its arguments.
    public static func words(_ words: [String]) -> StartCommand { .command(.words(words)) }

    /// A line for `/bin/sh -c`.
    public static func shell(_ line: String) -> StartCommand { .command(.shell(line)) }

    /// Words, the program first.
    public init(arrayLiteral words: String...) {
        self = .command(.words(words))
    }
}
