import ArgumentParser
import HobPolicy

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
