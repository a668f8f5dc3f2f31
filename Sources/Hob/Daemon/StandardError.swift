import Glibc
import HobSystem

/// Lines for whoever has typed the command.
enum StandardError {
    /// Writes a line; nobody is left to tell when that fails.
    static func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = invoke(.write) { Glibc.write(2, bytes, bytes.count) }
    }
}
