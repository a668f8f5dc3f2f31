import Glibc
import HobSupervisorCore

/// hobd's own few lines, to standard error, which `hob` connects with `hobd.log`.
package enum DaemonLog {
    /// Writes one line.
    package static func write(_ message: String) {
        var stamp = LogTimestamp()
        stamp.set(milliseconds: Clock.wallMilliseconds)
        let line = Array((stamp.text + "hobd: \(message)\n").utf8)
        // Nobody is left to tell when our own log cannot be written.
        _ = line.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
