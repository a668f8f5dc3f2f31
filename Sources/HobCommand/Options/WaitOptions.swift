import ArgumentParser
import HobPolicy

/// How long to wait for the goal.
struct WaitOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Wait at most this long, such as 10s; the supervisor goes on after that.", valueName: "time"))
    var timeout: TimeLimit?

    @Flag(help: "Return as soon as the order is accepted.")
    var noWait = false

    func validate() throws {
        if noWait, timeout != nil { throw ValidationError("--timeout and --no-wait exclude each other") }
    }

    /// What the request says: nil does not wait.
    var milliseconds: Int64? {
        noWait ? nil : (timeout?.milliseconds ?? 300_000)
    }
}

/// A span of time with its unit, as an argument.
struct TimeLimit: ExpressibleByArgument, Hashable {
    var duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        guard let duration = Duration(parsing: argument), duration > .zero else { return nil }
        self.duration = duration
    }

    /// At least one.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = duration.components
        return max(1, seconds &* 1_000 &+ attoseconds / 1_000_000_000_000_000)
    }

    var defaultValueDescription: String { duration.brief }
}
