/// A change that a ``FileWatcher`` saw.
package struct FileEvent: Sendable, Hashable {
    /// What kind of change; a set for watching.
    package struct Kind: OptionSet, Sendable, Hashable {
        /// The bits of inotify(7).
        package let rawValue: UInt32

        /// Kinds of these bits.
        package init(rawValue: UInt32) {
            self.rawValue = rawValue
        }

        /// Content was written or cut.
        package static let modified = Kind(rawValue: 0x2)
        /// Mode, owner, times or links have changed.
        package static let attributes = Kind(rawValue: 0x4)
        /// Who had it open for writing has closed it.
        package static let closedAfterWriting = Kind(rawValue: 0x8)
        /// An entry has left the directory.
        package static let movedFrom = Kind(rawValue: 0x40)
        /// An entry has come into the directory.
        package static let movedTo = Kind(rawValue: 0x80)
        /// An entry was made.
        package static let created = Kind(rawValue: 0x100)
        /// An entry was removed.
        package static let deleted = Kind(rawValue: 0x200)
        /// The watched file itself was removed.
        package static let selfDeleted = Kind(rawValue: 0x400)
        /// The watched file itself was renamed.
        package static let selfMoved = Kind(rawValue: 0x800)
        /// Asked for only: these events beside those that the watch has.
        package static let inAddition = Kind(rawValue: 0x2000_0000)
        /// Reported only: events were lost, look for yourself.
        package static let overflow = Kind(rawValue: 0x4000)
        /// Reported only: the watch is gone.
        package static let ignored = Kind(rawValue: 0x8000)
    }

    /// What ``FileWatcher/add(_:events:)`` answered; -1 for an overflow.
    package var watch: Int32
    /// What happened.
    package var kind: Kind
    /// Ties the two halves of a move together.
    package var cookie: UInt32
    /// The entry of a watched directory; empty when it is about the watched file itself.
    package var name: String
}
