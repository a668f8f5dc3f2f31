#if AMQP
import ArgumentParser
import HobPolicy

/// A duration with its unit.
struct TimeLimit: ExpressibleByArgument, CustomStringConvertible {
    var duration: Duration

    init(duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        guard let duration = Duration(parsing: argument), duration > .zero else { return nil }
        self.duration = duration
    }

    var description: String { duration.brief }
}
#endif
