import Glibc
import HobProtocol
import HobSystem

/// Whether a process of that number exists, as a zombie or alive.
func processExists(_ pid: Int32) -> Bool { kill(pid, 0) == 0 || errno != ESRCH }

/// The middle one of some measurements.
func median<Value: Comparable>(_ values: [Value]) -> Value? { values.isEmpty ? nil : values.sorted()[values.count / 2] }

extension EventRecord {
    /// Whether it tells that an instance came into a state.
    func isState(_ state: ActualState, of name: String) -> Bool {
        kind == .state && self.state == state && instance == name
    }

    /// Whether it tells that an instance came up, with declared readiness or without.
    func isUp(of name: String) -> Bool { kind == .state && state?.isUp == true && instance == name }

    /// Whether it is of a kind and about an instance.
    func isKind(_ kind: Kind, of name: String) -> Bool { self.kind == kind && instance == name }
}

/// Milliseconds of Unix time, the clock of the events.
func wallClockMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
}
