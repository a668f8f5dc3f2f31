public import Logging
import Synchronization

/// The level of all loggers of a daemon, to be changed while it runs.
public final class LogLevelSwitch: Sendable {
    private let rank: Atomic<UInt8>

    /// Makes a switch that stands at this level.
    public init(_ level: Logger.Level) {
        rank = Atomic(Self.rank(of: level))
    }

    /// The level; setting it counts for everybody from the next line on.
    public var level: Logger.Level {
        get { Self.level(of: rank.load(ordering: .relaxed)) }
        set { rank.store(Self.rank(of: newValue), ordering: .relaxed) }
    }

    /// Debug becomes info, everything above becomes debug; answers the new level. What SIGUSR1 does.
    @discardableResult
    public func toggle() -> Logger.Level {
        level = level <= .debug ? .info : .debug
        return level
    }

    private static func rank(of level: Logger.Level) -> UInt8 {
        switch level {
        case .trace: 0
        case .debug: 1
        case .info: 2
        case .notice: 3
        case .warning: 4
        case .error: 5
        case .critical: 6
        }
    }

    private static func level(of rank: UInt8) -> Logger.Level {
        switch rank {
        case 0: .trace
        case 1: .debug
        case 2: .info
        case 3: .notice
        case 4: .warning
        case 5: .error
        default: .critical
        }
    }
}
