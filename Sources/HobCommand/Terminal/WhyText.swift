import HobPolicy
import HobProtocol

/// The answer of `hob why`: everything that explains the state of one instance.
struct WhyText {
    /// The lines about one instance; `log` holds its last lines without their stamps.
    static func lines(_ status: InstanceStatus, log: [String], now: Int64, style: Style) -> [String] {
        var lines = [headline(status, now: now, style: style)]
        func add(_ label: String, _ text: String?) {
            guard let text, !text.isEmpty else { return }
            let label = "  " + label + String(repeating: " ", count: max(1, 11 - label.count))
            lines.append(style.paint(label, .dim) + StatusTable.printable(text))
        }
        add("because", status.reason)
        add("wanted", status.wanted == .up ? (status.kind == .task ? "run once" : "up") : "down")
        add("process", process(status))
        add("says", status.statusText)
        add("waits for", status.waitsFor.joined(separator: ", "))
        add("last end", lastEnd(status, now: now))
        add("restarts", status.restarts == 0 ? nil : "\(status.restarts) that nobody asked for")
        add("left over", status.leftovers.map { "pid \($0)" }.joined(separator: ", "))
        add("next", next(status, now: now))
        add("its log", status.logTrouble)
        if log.isEmpty {
            add("log", "empty")
        } else {
            add("log", "the last \(log.count == 1 ? "line" : "\(log.count) lines"):")
            lines += log.map { "    " + $0 }
        }
        return lines
    }

    private static func headline(_ status: InstanceStatus, now: Int64, style: Style) -> String {
        let state = StatusTable.color(of: status).map { style.paint(word(status), $0) } ?? word(status)
        let since = status.since == 0 ? "" : " since \(TimeText.clock(status.since, now: now))"
        let ago = status.since == 0 ? "" : " (\(TimeText.ago(status.since, now: now)))"
        return "\(style.paint(status.instance, .bold)) \(state)\(since)\(ago)"
    }

    private static func word(_ status: InstanceStatus) -> String {
        switch status.state {
        case .stopped: "is stopped"
        case .waiting: "is waiting"
        case .starting: "is starting"
        case .running: "is running"
        case .ready: "is ready"
        case .stopping: "is stopping"
        case .backingOff: "is backing off"
        case .failed: "has failed"
        case .done: "is done"
        }
    }

    private static func process(_ status: InstanceStatus) -> String? {
        guard let pid = status.pid else { return nil }
        let uptime = status.uptime.map { ", up for \(TimeText.span($0))" } ?? ""
        let port = status.port.map { ", port \($0)" } ?? ""
        return "pid \(pid)\(uptime)\(port)"
    }

    private static func lastEnd(_ status: InstanceStatus, now: Int64) -> String {
        guard let end = status.lastExit else {
            return status.generation == 0 ? "never started so far" : "none so far"
        }
        return "\(end.text), \(TimeText.ago(end.time, now: now)) (pid \(end.pid))"
    }

    private static func next(_ status: InstanceStatus, now: Int64) -> String {
        guard let next = status.next else { return status.state.isUp ? "nothing planned" : "nothing until you ask" }
        guard let delay = status.nextIn else { return next }
        return "\(next) in \(TimeText.elapsed(delay)), at \(TimeText.clock(now + delay, now: now))"
    }
}
