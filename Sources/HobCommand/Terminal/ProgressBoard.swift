import HobProtocol

/// What is known of the instances on their way: events in, lines out.
struct ProgressBoard {
    private struct Entry {
        var instance: String
        var state: ActualState?
        var since: Int64
        var note: String?
    }

    /// The most lines that are shown at once.
    static let limit = 10

    private var entries: [Entry] = []

    /// Takes an event in; times are in milliseconds of any one clock.
    ///
    /// - Returns: whether a plain listing would say it: a new state, or something an operator should know.
    mutating func handle(_ event: EventRecord, at now: Int64) -> Bool {
        guard let instance = event.instance else { return event.kind == .warning }
        if let index = entries.firstIndex(where: { $0.instance == instance }) {
            return update(index, event, at: now)
        }
        entries.append(Entry(instance: instance, state: nil, since: now))
        return update(entries.count - 1, event, at: now)
    }

    private mutating func update(_ index: Int, _ event: EventRecord, at now: Int64) -> Bool {
        switch event.kind {
        case .state:
            let isNew = entries[index].state != event.state
            if isNew {
                entries[index].state = event.state
                entries[index].since = now
            }
            entries[index].note = Self.needsReason(event.state) ? event.message : nil
            return isNew
        case .exited, .hook, .warning:
            entries[index].note = event.message ?? entries[index].note
            return event.kind != .hook
        case .signaled:
            entries[index].note = event.message ?? entries[index].note
            return false
        case .spawned, .applied:
            return false
        }
    }

    /// One line per instance in transition, those that move first, and a count of those left out.
    func lines(at now: Int64, width: Int?, style: Style) -> [String] {
        let moving = entries.filter { $0.state.map { !Self.isSettled($0) } ?? true }
        let nameWidth = moving.prefix(Self.limit).reduce(0) { max($0, $1.instance.count) }
        let shown = moving.count > Self.limit ? Self.limit - 1 : moving.count
        var lines = moving.prefix(shown).map { entry in
            let padding = String(repeating: " ", count: nameWidth - entry.instance.count)
            let state = entry.state?.rawValue ?? "…"
            let note = entry.note.map { "  " + StatusTable.printable($0) } ?? ""
            let text = "  \(entry.instance)\(padding)  \(state)  \(Self.seconds(now - entry.since))\(note)"
            return width.map { TextTable.truncate(text, to: $0 - 1) } ?? text
        }
        if moving.count > shown { lines.append("  … and \(moving.count - shown) more") }
        return lines.map { style.paint($0, .dim) }
    }

    /// The line of a listing that cannot be redrawn.
    static func plainLine(_ event: EventRecord) -> String {
        var event = event
        if event.kind == .state, !needsReason(event.state) { event.message = nil }
        return (event.instance.map { $0 + ": " } ?? "") + EventLine.summary(event)
    }

    /// Whether a person wants to know why; on the straight way the state says it all.
    private static func needsReason(_ state: ActualState?) -> Bool {
        switch state {
        case .starting, .stopping, nil: false
        case .waiting, .stopped, .running, .ready, .backingOff, .failed, .done: true
        }
    }

    private static func seconds(_ milliseconds: Int64) -> String {
        let tenths = max(0, milliseconds) / 100
        return "\(tenths / 10).\(tenths % 10)s"
    }

    private static func isSettled(_ state: ActualState) -> Bool {
        switch state {
        case .stopped, .running, .ready, .done, .failed: true
        case .waiting, .starting, .stopping, .backingOff: false
        }
    }
}
