/// A change that a ``FileWatcher`` saw.
package struct FileEvent: Sendable, Hashable {
    /// What kind of change; a set for watching.
    package struct Kind: OptionSet, Sendable, Hashable {
        package let rawValue: UInt32

        package init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        package static let modified = Kind(rawValue: 0x2)
        package static let attributes = Kind(rawValue: 0x4)
        package static let closedAfterWriting = Kind(rawValue: 0x8)
        package static let movedFrom = Kind(rawValue: 0x40)
        package static let movedTo = Kind(rawValue: 0x80)
        package static let created = Kind(rawValue: 0x100)
        package static let deleted = Kind(rawValue: 0x200)
        package static let selfDeleted = Kind(rawValue: 0x400)
        package static let selfMoved = Kind(rawValue: 0x800)
        /// Reported only: events were lost, look for yourself.
        package static let overflow = Kind(rawValue: 0x4000)
        /// Reported only: the watch is gone.
        package static let ignored = Kind(rawValue: 0x8000)
    }

    /// What ``FileWatcher/add(_:events:)`` answered; -1 for an overflow.
    package var watch: Int32
    package var kind: Kind
    /// Ties the two halves of a move together.
    package var cookie: UInt32
    /// The entry of a watched directory; empty when it is about the watched file itself.
    package var name: String
}
