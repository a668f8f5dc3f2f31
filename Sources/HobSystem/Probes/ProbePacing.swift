/// How long a probe pauses between two attempts.
///
/// It has to ask again and again, since the kernel announces no listener; this value weighs the delay against the cost.
package struct ProbePacing: Sendable, Hashable {
    private enum Curve: Hashable {
        /// By half more each time.
        case backoff
        /// As short as the delay it may cause warrants, at first; then as above.
        case prompt(isCostly: Bool)
    }

    private static let firstPause: Duration = .milliseconds(1)
    /// A prompt pause is this part of the time that the target has taken already: the answer is at most 1.6 % late.
    private static let promptShare = 64
    private static let longestPromptPause: Duration = .milliseconds(4)
    private static let promptTime: Duration = .seconds(10)
    private static let leastGap: Duration = .microseconds(500)

    private let curve: Curve
    private let longest: Duration
    private var grown: Duration

    /// From 1 ms by half more each time, up to the longest pause: for a supervisor, which has many targets.
    package static func backoff(upTo longest: Duration) -> ProbePacing {
        ProbePacing(curve: .backoff, longest: longest, grown: firstPause)
    }

    /// Between 1 and 4 ms for 10 s, then by half more each time, up to the longest pause: for a caller who waits.
    ///
    /// - Parameter isCostly: Whether an attempt makes the target work, as HTTP and commands do; no pause is shorter
    ///   than twice the last attempt then, within the longest.
    package static func prompt(upTo longest: Duration, isCostly: Bool) -> ProbePacing {
        ProbePacing(curve: .prompt(isCostly: isCostly), longest: longest, grown: longestPromptPause)
    }

    /// The pause before the next attempt, from the time since the first began and the time that the last one took.
    package mutating func nextPause(elapsed: Duration, lastAttempt: Duration) -> Duration {
        switch curve {
        case .backoff:
            let pause = min(grown, longest)
            grown = min(grown * 3 / 2, longest)
            return pause
        case .prompt(let isCostly):
            var pause = grown
            if elapsed < Self.promptTime {
                pause = min(max(elapsed / Self.promptShare, Self.firstPause), Self.longestPromptPause)
            } else {
                grown = min(grown * 3 / 2, longest)
                pause = grown
            }
            return min(isCostly ? max(pause, lastAttempt * 2) : pause, longest)
        }
    }

    /// The least time between an attempt and one that is asked for by a nudge.
    package func leastGap(lastAttempt: Duration) -> Duration {
        switch curve {
        case .backoff, .prompt(isCostly: false): Self.leastGap
        // A target that writes a line for each request must not be asked all the time.
        case .prompt(isCostly: true): min(max(Self.leastGap, lastAttempt), max(Self.leastGap, longest))
        }
    }
}
