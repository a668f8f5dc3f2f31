import Glibc
import HobPolicy
import HobProtocol
import HobSystem

/// What `status` says of a daemon in the background.
struct StatusReport: Sendable {
    let name: String
    let place: DaemonPlace
    /// Its main process; nil when it does not run.
    let pid: Int32?
    /// When that was started, in milliseconds of Unix time.
    let since: Int64?
    /// For how long it runs.
    let uptime: Duration?
    /// What it last said of itself.
    let status: String?

    init(name: String, place: DaemonPlace, pid: Int32?) {
        self.name = name
        self.place = place
        self.pid = pid
        uptime = pid.flatMap(Self.uptime)
        since = uptime.map { WallClock.now - $0.wholeNanoseconds / 1_000_000 }
        status = pid.flatMap(StatusNote.read)
    }

    /// One line for people, and one for what it says.
    var text: String {
        guard let pid else { return "\(name) is not running" }
        var line = "\(name) is running (pid \(pid))"
        if let since, let uptime {
            // Whole seconds: the date as in the log, without its fraction.
            line +=
                " since \(LogStamp.rfc3339(since).prefix(19))Z (\(Duration.seconds(uptime.components.seconds).brief))"
        }
        return line + (status.map { "\n\($0)" } ?? "")
    }

    /// One JSON object on one line.
    var json: String {
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        let members = [
            JSONMember("name", .string(name)), JSONMember("running", .bool(pid != nil)),
            JSONMember("pid", pid.map { .integer(Int64($0)) } ?? .null),
            JSONMember("since", text(since.map { LogStamp.rfc3339($0) })),
            JSONMember("uptime_seconds", uptime.map { .integer($0.components.seconds) } ?? .null),
            JSONMember("status", text(status)), JSONMember("pid_file", .string(place.pidFile)),
            JSONMember("log_file", .string(place.logFile)),
        ]
        return String(decoding: JSONWriter.line(of: .object(members)), as: UTF8.self)
    }

    /// The kernel counts a start from boot, time asleep included.
    private static func uptime(of pid: Int32) -> Duration? {
        guard let facts = ProcessFacts.of(pid: pid) else { return nil }
        let ticks = Int64(max(1, sysconf(Int32(_SC_CLK_TCK))))
        var now = timespec()
        guard clock_gettime(CLOCK_BOOTTIME, &now) == 0 else { return nil }
        let started = Int64(clamping: facts.startTime)
        let start = Duration.seconds(started / ticks) + .nanoseconds(started % ticks * 1_000_000_000 / ticks)
        return max(.zero, .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec) - start)
    }
}
