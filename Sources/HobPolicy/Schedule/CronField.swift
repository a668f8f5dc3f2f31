/// One of the five fields: its name, what its values may be, and what they are called.
enum CronField: Int, CaseIterable, Sendable {
    case minute, hour, day, month, weekday

    /// What errors call it.
    var name: String {
        switch self {
        case .minute: "minute"
        case .hour: "hour"
        case .day: "day of the month"
        case .month: "month"
        case .weekday: "day of the week"
        }
    }

    /// Its values; Sunday is both 0 and 7.
    var range: ClosedRange<Int> {
        switch self {
        case .minute: 0...59
        case .hour: 0...23
        case .day: 1...31
        case .month: 1...12
        case .weekday: 0...7
        }
    }

    /// The names of its values, the lowest first.
    var names: [String] {
        switch self {
        case .minute, .hour, .day: []
        case .month: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        case .weekday: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        }
    }

    /// What may stand in it, in words.
    var domain: String {
        switch self {
        case .minute, .hour, .day: "\(range.lowerBound) to \(range.upperBound)"
        case .month: "1 to 12 or jan to dec"
        case .weekday: "0 to 7 (0 and 7 are Sunday) or sun to sat"
        }
    }
}
