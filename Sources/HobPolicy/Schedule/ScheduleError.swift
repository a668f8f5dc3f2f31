/// Why a text is no schedule.
public struct ScheduleError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of mistake.
    public enum Code: String, Hashable, Sendable {
        /// There is nothing.
        case empty
        /// It begins like no form of a schedule.
        case unknownForm
        /// A cron expression with fewer or more than five fields.
        case fieldCount
        /// A value, range, step or name that its field does not have.
        case badField
        /// A day that no month of the expression has.
        case impossibleDate
        /// A duration that is none, or is not more than zero.
        case badDuration
        /// A date and time that is none.
        case badTime
    }

    /// Which kind.
    public let code: Code
    /// The column of the mistake, counted in characters from 1.
    public let column: Int
    /// What is wrong, where, and what would be right.
    public let message: String

    init(_ code: Code, column: Int, _ message: String) {
        self.code = code
        self.column = column
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
