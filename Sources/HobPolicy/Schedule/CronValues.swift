/// The values of one field of a cron expression.
struct CronValues: Hashable, Sendable {
    /// A bit for each value, as its number.
    var bits: UInt64 = 0
    /// It was written with a star at its beginning: such a field does not restrict the day together with the other one,
    /// and an hour follows the clock through both passes of a repeated hour.
    var isWildcard = false

    func contains(_ value: Int) -> Bool { bits >> UInt64(value) & 1 == 1 }

    /// The least value that is not below this one.
    func first(from value: Int) -> Int? {
        let rest = value < 64 ? bits >> UInt64(value) : 0
        return rest == 0 ? nil : value + rest.trailingZeroBitCount
    }

    mutating func insert(_ value: Int) { bits |= 1 << UInt64(value) }
}
