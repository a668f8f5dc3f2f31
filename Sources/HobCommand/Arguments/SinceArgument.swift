import ArgumentParser
import HobClient

/// A point in time: so long ago, or a date.
struct SinceArgument: ExpressibleByArgument, Hashable {
    private enum Kind: Hashable {
        case ago(Int64)
        case time(Int64)
    }

    private var kind: Kind

    init?(argument: String) {
        if let span = TimeLimit(argument: argument) {
            kind = .ago(span.milliseconds)
        } else if let time = RFC3339.parse(argument.utf8) {
            kind = .time(time)
        } else {
            return nil
        }
    }

    /// In milliseconds of Unix time.
    func time(now: Int64) -> Int64 {
        switch kind {
        case .ago(let span): now - span
        case .time(let time): time
        }
    }
}
