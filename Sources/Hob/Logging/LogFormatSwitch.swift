import Synchronization

/// The look of all lines of a daemon's log whose destination has none of its own, to be changed while it runs.
public final class LogFormatSwitch: Sendable {
    private let bits: Atomic<UInt8>

    /// Makes a switch that stands at this format; its colour does not count: each destination knows that.
    public init(_ format: LogFormat) {
        bits = Atomic(Self.bits(of: format))
    }

    /// The format, without colour; setting it counts for everybody from the next line on.
    public var format: LogFormat {
        get {
            let bits = bits.load(ordering: .relaxed)
            return LogFormat(bits & 1 == 0 ? .text : .json, showsCaller: bits & 2 != 0)
        }
        set { bits.store(Self.bits(of: newValue), ordering: .relaxed) }
    }

    private static func bits(of format: LogFormat) -> UInt8 {
        (format.style == .text ? 0 : 1) | (format.showsCaller ? 2 : 0)
    }
}
