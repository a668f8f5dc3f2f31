#if AMQP
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The time of day, which goes with messages and decides nothing.
enum WallClock {
    /// Seconds since 1970, UTC.
    static func seconds() -> UInt64 { UInt64(max(0, time(nil))) }
}
#endif
